import type { PipeTransform, Type } from '@nestjs/common';
import { PARAMTYPES_METADATA, ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { InvalidHandlerError } from '../../core/errors/boot-errors.js';
import { TaskContext } from '../../core/ports/task/task-context.js';
import { contextParameters, fetchedParameters } from './task-metadata.js';

/** The metadata of one parameter that Nest's decorators store. */
export interface RouteArgument {
  readonly index: number;
  readonly data?: unknown;
  readonly pipes?: readonly (Type<PipeTransform> | PipeTransform)[];
  readonly schema?: unknown;
  /** of `createParamDecorator`: makes the value from the execution context */
  readonly factory?: unknown;
}

/** How a method's parameters are filled: from the call's arguments, from the run's context, or by decorators. */
export interface ParameterPlan {
  /** parameters that the call's arguments fill, in order */
  readonly positions: readonly number[];
  /** parameters that get the TaskContext */
  readonly contexts: readonly number[];
  /** parameters that a `createParamDecorator` decorator fills, by the key that Nest keeps them under */
  readonly custom: Readonly<Record<string, RouteArgument>>;
  /** the metadata (pipes) of parameters that arguments fill */
  readonly decorated: ReadonlyMap<number, RouteArgument>;
  /** how many parameters the method declares; arguments beyond them follow (rest parameters) */
  readonly count: number;
  /** number of parameters before the first with a default and the rest parameter */
  readonly required: number;
}

/** @throws InvalidHandlerError for a parameter whose type and filling disagree */
export function planParameters(target: Function, method: string, where: string): ParameterPlan {
  const prototype = target.prototype as Record<string, Function>;
  const entries = Object.entries(routeArguments(target, method));
  const types = Reflect.getMetadata(PARAMTYPES_METADATA, prototype, method) as readonly unknown[] | undefined;
  const custom = entries.filter(([, argument]) => typeof argument.factory === 'function');
  const filled = new Set(custom.map(([, argument]) => argument.index));
  const contexts = contextIndexes(prototype, method, types).filter((index) => !filled.has(index));
  checkTypes(types, custom, contexts, fetchedParameters(prototype, method), where);
  contexts.forEach((index) => filled.add(index));
  const decorated = entries.map(([, argument]) => argument).filter((argument) => !filled.has(argument.index));
  const required = prototype[method]!.length;
  const count = types?.length ?? Math.max(required, ...[...filled, ...decorated.map(({ index }) => index)].map((index) => index + 1));
  return {
    positions: Array.from({ length: count }, (_, index) => index).filter((index) => !filled.has(index)),
    contexts,
    custom: Object.fromEntries(custom),
    decorated: new Map(decorated.map((argument) => [argument.index, argument])),
    count,
    required,
  };
}

/** The parameter that the k-th argument of a call fills. */
export function parameterOf(plan: ParameterPlan, k: number): number {
  return plan.positions[k] ?? plan.count + k - plan.positions.length;
}

/** Whether only arguments and the context fill the parameters, and none has a pipe. */
export function isPlain(plan: ParameterPlan): boolean {
  return (
    Object.keys(plan.custom).length === 0 &&
    [...plan.decorated.values()].every(({ pipes, schema }) => !pipes?.length && schema === undefined)
  );
}

/** The classes on which Nest may look for parameter metadata: a class decorator can replace the class by a Proxy. */
export function parameterHosts(target: Function): readonly Function[] {
  return [...new Set([target, (target.prototype as { constructor: Function }).constructor])];
}

function routeArguments(target: Function, method: string): Readonly<Record<string, RouteArgument>> {
  for (const host of parameterHosts(target)) {
    const found = Reflect.getMetadata(ROUTE_ARGS_METADATA, host, method) as Record<string, RouteArgument> | undefined;
    if (found !== undefined) return found;
  }
  return {};
}

function contextIndexes(prototype: object, method: string, types: readonly unknown[] | undefined): number[] {
  const indexes = new Set(contextParameters(prototype, method));
  types?.forEach((type, index) => {
    if (isContextType(type)) indexes.add(index);
  });
  return [...indexes].sort((a, b) => a - b);
}

// Decorators cannot change the type of a parameter. Without a branded type, callers would have to pass arguments that the
// worker fills. A branded type compiles to Object, so any other type shows a missing brand.
function checkTypes(
  types: readonly unknown[] | undefined,
  custom: readonly (readonly [string, RouteArgument])[],
  contexts: readonly number[],
  fetched: ReadonlySet<number>,
  where: string,
): void {
  if (types === undefined) return;
  const fail = (index: number, filledBy: string, fix: string): never => {
    throw new InvalidHandlerError(where, `parameter ${index + 1} is filled by ${filledBy}, but its type is ${nameOf(types[index])}`, fix);
  };
  for (const [, { index }] of custom) {
    const fix = 'Type it Injected<…>, so that callers do not have to pass it.';
    if (types[index] !== Object && !isContextType(types[index])) fail(index, 'a decorator', fix);
  }
  for (const index of fetched) {
    if (types[index] !== Object) fail(index, 'a fetched entity', 'Type it Fetched<…>, so that callers pass the id.');
  }
  for (const index of contexts) {
    // A class imported with `import type` compiles to Function, which is a correct type, too.
    if (types[index] !== Object && types[index] !== Function && !isContextType(types[index])) fail(index, '@Ctx()', 'Type it TaskContext.');
  }
}

function isContextType(type: unknown): boolean {
  return typeof type === 'function' && (type === TaskContext || type.prototype instanceof TaskContext);
}

function nameOf(type: unknown): string {
  return typeof type === 'function' ? type.name : String(type);
}
