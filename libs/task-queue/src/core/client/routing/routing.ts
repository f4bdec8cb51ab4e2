import { InvalidOptionError } from '../../errors/option-errors.js';
import { InvalidRouteError } from '../../errors/call-errors.js';
import { UnknownQueueError } from '../../errors/boot-errors.js';
import { globToRegExp, isGlob } from '../../policies/glob.js';
import { checkRouteOptions } from '../../policies/task-options.js';
import type { CalledTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';
import type { ClientOptions } from '../options/client-options.js';
import type { Route, RoutedCall, RouteFunction, RouteSource, Routes, RouteTable, TaskRouter, TaskRouterClass } from './routes.js';

type RouteOptions = Exclude<Route, string>;
type Source = (call: RoutedCall) => RouteOptions | null;

/** how many names are cached with their route */
const MAX_REMEMBERED = 10_000;
const NO_OPTIONS: CallOptions = Object.freeze({});

/**
 * Finds the route of a call, which wins over the options of its task. Tables are checked when the routing is made; the answer
 * of a function or a class is checked at each call.
 */
export class Routing {
  readonly #sources: readonly Source[];
  /** routes by task name; null when a function or a class may decide */
  readonly #remembered: Map<string, RouteOptions | null> | null;
  readonly #routers = new Map<TaskRouterClass, TaskRouter>();

  /** @param routerOf finds the provider of a router's class */
  constructor(
    routes: Routes,
    private readonly client: Pick<ClientOptions, 'queues' | 'defaultQueue'>,
    private readonly routerOf: (type: TaskRouterClass) => TaskRouter,
  ) {
    const sources = sourcesOf(routes);
    this.#sources = sources.map((source) => this.#compile(source));
    this.#remembered = sources.some((source) => typeof source === 'function') ? null : new Map();
  }

  /**
   * The task with the options of its route over its own.
   * @throws InvalidRouteError · UnknownQueueError
   */
  apply(task: CalledTask, args: readonly unknown[], options: CallOptions = NO_OPTIONS): CalledTask {
    const route = this.#remembered === null ? this.#ask({ task: task.name, args, options }) : this.#look(task.name);
    return route === null ? task : { ...task, ...route };
  }

  /** Finds the provider of every router, so that a missing one fails the boot and not the first call. */
  prepare(): void {
    for (const type of this.#routers.keys()) this.#router(type);
  }

  #look(task: string): RouteOptions | null {
    const known = this.#remembered!.get(task);
    if (known !== undefined) return known;
    const route = this.#ask({ task, args: [], options: NO_OPTIONS });
    if (this.#remembered!.size >= MAX_REMEMBERED) this.#remembered!.clear();
    this.#remembered!.set(task, route);
    return route;
  }

  #ask(call: RoutedCall): RouteOptions | null {
    for (const source of this.#sources) {
      const route = source(call);
      if (route !== null) return route;
    }
    return null;
  }

  #compile(source: RouteSource): Source {
    if (typeof source === 'function') {
      if (!isRouterClass(source)) return this.#checked(source);
      this.#routers.set(source, UNRESOLVED);
      return this.#checked((call) => this.#router(source).route(call));
    }
    if (isPair(source)) return this.#pattern(...source);
    return this.#table(source as RouteTable);
  }

  #table(table: RouteTable): Source {
    const exact = new Map<string, RouteOptions>();
    const patterns: Source[] = [];
    for (const [name, route] of Object.entries(table)) {
      if (isGlob(name)) patterns.push(this.#pattern(name, route));
      else exact.set(name, this.#declaredRoute(name, route));
    }
    return (call) => exact.get(call.task) ?? firstOf(patterns, call);
  }

  #pattern(pattern: string | RegExp, route: Route): Source {
    const options = this.#declaredRoute(String(pattern), route);
    const expression = typeof pattern === 'string' ? globToRegExp(pattern) : stateless(pattern);
    return ({ task }) => (expression.test(task) ? options : null);
  }

  /** @throws InvalidOptionError · UnknownOptionError · UnknownQueueError */
  #declaredRoute(name: string, route: Route): RouteOptions {
    const where = `routes['${name}']`;
    if (typeof route !== 'string' && !isRecord(route))
      throw new InvalidOptionError(where, route, "a queue's name, or an object of options");
    const options = optionsOf(route, where);
    this.#checkQueue(options, where);
    return options;
  }

  #checked(route: RouteFunction): Source {
    return (call) => {
      try {
        const answer = route(call);
        if (answer === null || answer === undefined) return null;
        if (typeof answer !== 'string' && !isRecord(answer)) throw new InvalidRouteError(call.task, answer);
        const options = optionsOf(answer, `The route of '${call.task}'`);
        this.#checkQueue(options, `The route of '${call.task}'`);
        return options;
      } catch (error) {
        if (error instanceof InvalidRouteError || error instanceof UnknownQueueError) throw error;
        throw new InvalidRouteError(call.task, undefined, { cause: error });
      }
    };
  }

  #checkQueue({ queue }: RouteOptions, where: string): void {
    if (queue !== undefined) refuseUnknownQueue(queue, this.client, where);
  }

  #router(type: TaskRouterClass): TaskRouter {
    let router = this.#routers.get(type)!;
    if (router === UNRESOLVED) {
      router = this.routerOf(type);
      this.#routers.set(type, router);
    }
    return router;
  }
}

/** @throws UnknownQueueError when queues are declared and this is not one of them */
export function refuseUnknownQueue(queue: string, client: Pick<ClientOptions, 'queues' | 'defaultQueue'>, where: string): void {
  const { queues, defaultQueue } = client;
  if (queues === undefined || queue === defaultQueue || queues.includes(queue)) return;
  throw new UnknownQueueError(queue, where, [...queues, defaultQueue]);
}

const UNRESOLVED: TaskRouter = { route: () => null };

function sourcesOf(routes: Routes): readonly RouteSource[] {
  const sources = Array.isArray(routes) && !isPair(routes) ? (routes as readonly RouteSource[]) : [routes as RouteSource];
  for (const source of sources) {
    if (typeof source === 'function' || isPair(source) || isRecord(source)) continue;
    throw new InvalidOptionError(
      'routes',
      source,
      'a table of names and queues, a [pattern, queue] pair, a function, a router class, or a list of these',
    );
  }
  return sources;
}

function isPair(source: unknown): source is readonly [string | RegExp, Route] {
  return Array.isArray(source) && source.length === 2 && (typeof source[0] === 'string' || source[0] instanceof RegExp);
}

function isRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isRouterClass(source: RouteFunction | TaskRouterClass): source is TaskRouterClass {
  return typeof (source.prototype as Partial<TaskRouter> | undefined)?.route === 'function';
}

/** @throws UnknownOptionError · InvalidOptionError · UnknownSerializerError */
function optionsOf(route: Route, where: string): RouteOptions {
  const options: RouteOptions = typeof route === 'string' ? { queue: route } : route;
  checkRouteOptions(options, where);
  return Object.freeze(Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)));
}

function firstOf(sources: readonly Source[], call: RoutedCall): RouteOptions | null {
  for (const source of sources) {
    const route = source(call);
    if (route !== null) return route;
  }
  return null;
}

/** With a `g` or `y` flag each test would depend on the one before. */
function stateless(expression: RegExp): RegExp {
  return new RegExp(expression.source, expression.flags.replace(/[gy]/g, ''));
}
