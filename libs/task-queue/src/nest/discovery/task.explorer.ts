import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper.js';
import type { Listeners } from '../../core/attempt/listening/listeners.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { UnknownTaskError } from '../../core/errors/call-errors.js';
import { layOver, type Annotations } from '../../core/policies/annotations.js';
import type { FlatTaskOptions } from '../../core/policies/task-options-input.js';
import { resolveTaskOptions } from '../../core/policies/task-options.js';
import type { TaskHooks } from '../../core/ports/task/task-hooks.js';
import { HandlerRegistry } from '../../core/worker/handler-registry.js';
import { refuseLostEnhancers } from '../invocation/enhancers.js';
import { HandlerInvoker } from '../invocation/handler-invoker.js';
import type { HandlerHost, Invocation } from '../metadata/handler-host.js';
import { readHooks } from '../metadata/listener-metadata.js';
import { optionsFromFactory } from '../metadata/options-factory.js';
import { planParameters } from '../metadata/parameter-plan.js';
import { classOf } from '../metadata/provider-class.js';
import { SignalExplorer } from './signal.explorer.js';
import { readTasks, type TaskDeclaration } from '../metadata/task-metadata.accessor.js';

/** A discovered task, before configuration overrides its options. */
interface FoundTask {
  readonly name: string;
  readonly options: FlatTaskOptions;
  readonly invoke: Invocation;
  readonly hooks: TaskHooks | undefined;
  /** whose options they are, for errors */
  readonly where: string;
  /** its class and method, for the error of a duplicate name */
  readonly place: string;
}

/**
 * Finds the tasks of every provider and controller and makes a handler for each. An invalid task or a duplicate name is
 * thrown here, so that it fails the boot.
 */
@Injectable()
export class TaskExplorer {
  readonly #found: FoundTask[] = [];
  readonly #registries = new Map<Annotations | null, HandlerRegistry>();
  #explored: { readonly error?: unknown } | undefined;

  constructor(
    private readonly discovery: DiscoveryService,
    private readonly invoker: HandlerInvoker,
    private readonly signals: SignalExplorer,
  ) {}

  /** The listeners of this application. */
  get listeners(): Listeners {
    return this.signals.explore();
  }

  /**
   * The handlers of this application with the options of a queue instance. Explores once; a failure is thrown again.
   * @param overrides of one worker, which override the annotations
   * @throws UnknownTaskError when they name a task that no class declares
   */
  explore(annotations: Annotations | null = null, overrides?: Annotations): HandlerRegistry {
    this.#explored ??= this.#exploreAll();
    if ('error' in this.#explored) throw this.#explored.error;
    if (overrides !== undefined) return this.#register(annotations, overrides);
    let handlers = this.#registries.get(annotations);
    if (handlers === undefined) {
      handlers = this.#register(annotations);
      this.#registries.set(annotations, handlers);
    }
    return handlers;
  }

  #register(annotations: Annotations | null, overrides?: Annotations): HandlerRegistry {
    const handlers = new HandlerRegistry();
    for (const { name, options, invoke, hooks, where, place } of this.#found) {
      const merged = layOver(options, annotations?.of(name) ?? {}, overrides?.of(name) ?? {});
      handlers.register({ name, options: resolveTaskOptions(merged, where), invoke, hooks }, place);
    }
    for (const name of overrides?.names() ?? []) {
      if (handlers.get(name) === undefined) throw new UnknownTaskError(name, handlers.names());
    }
    return handlers;
  }

  #exploreAll(): { readonly error?: unknown } {
    try {
      const seen = new Set<unknown>();
      const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
      // Providers that Nest constructs come first, so that an instance returned by a factory as well is recognized.
      for (const wrapper of wrappers.filter((one) => !one.isNotMetatype)) this.#exploreWrapper(wrapper, seen);
      for (const wrapper of wrappers.filter((one) => one.isNotMetatype)) this.#exploreWrapper(wrapper, seen);
      this.#registries.set(null, this.#register(null));
      return {};
    } catch (error) {
      return { error };
    }
  }

  #exploreWrapper(wrapper: InstanceWrapper, seen: Set<unknown>): void {
    const target = classOf(wrapper);
    if (target === undefined || wrapper.isAlias) return;
    const tasks = readTasks(target);
    if (tasks.size === 0) refuseIdleHooks(target);
    // A factory may return the instance of another provider, which is explored once, like an alias.
    if (tasks.size === 0 || (wrapper.isNotMetatype && seen.has(wrapper.instance))) return;
    seen.add(wrapper.instance);
    for (const task of tasks.values()) this.#found.push(this.#prepare(task, target, wrapper));
  }

  #prepare({ name, method, options: declared, factory }: TaskDeclaration, target: Type, wrapper: InstanceWrapper): FoundTask {
    const where = `@Task '${name}' (${target.name}.${method})`;
    const place = `${target.name}.${method} in ${wrapper.host?.name ?? 'an unknown module'}`;
    const host: HandlerHost = { wrapper, target, method, parameters: planParameters(target, method, where) };
    refuseLostEnhancers(host, where);
    const options = factory === undefined ? declared : layOver(declared, optionsFromFactory(factory, wrapper, where));
    return { name, options, ...this.invoker.bind(host), where, place };
  }
}

/** @throws InvalidHandlerError */
function refuseIdleHooks(target: Type): void {
  const [hook] = readHooks(target);
  if (hook === undefined) return;
  throw new InvalidHandlerError(
    `@OnTask('${hook.name}') on ${target.name}.${hook.method}`,
    'it is called for the tasks of its own class, which has none',
    'Move it to the class of the tasks or to a base of it, or use @OnSignal() for all tasks.',
  );
}
