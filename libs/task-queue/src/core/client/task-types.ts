import type { Observable } from 'rxjs';
import type { FETCHED, INJECTED } from '../ports/task/brands.js';
import type { CalledTask, DeclaredTask } from '../ports/task/declared-task.js';
import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import { PUBLISH_OPTIONS } from '../policies/task-options.js';
import { checkTags } from '../policies/tags.js';
import { resolveUnique } from '../policies/unique-options.js';

import type { AsyncResult } from './async-result.js';
import type { CallOptions, Signature } from '../canvas/call-options.js';

type IsAny<T> = 0 extends 1 & T ? true : false;

/** Whether T has a brand. `any`, `null` and `undefined` have none. */
type Has<T, Brand extends symbol> =
  IsAny<T> extends true ? false : [NonNullable<T>] extends [never] ? false : Brand extends keyof NonNullable<T> ? true : false;

/** The argument for one parameter: the id of a fetched entity, else the value itself. */
type Arg<T> =
  Has<T, typeof FETCHED> extends true ? (NonNullable<T> extends { readonly [FETCHED]?: infer Id } ? NonNullable<Id> : never) : T;

/** {@link Arg} over a tuple of one, which keeps the parameter's name and `?`. */
type Wire<One extends readonly unknown[]> = { [K in keyof One]: Arg<One[K]> };

/** The first parameter of A as a tuple of one, given the rest T. */
type Head<A extends readonly unknown[], T extends readonly unknown[]> = number extends A['length']
  ? A extends readonly [infer First, ...unknown[]]
    ? [First]
    : A extends readonly [(infer First)?, ...unknown[]]
      ? [First?]
      : []
  : A extends readonly [...infer First extends [unknown?], ...T]
    ? First
    : never;

/** The arguments that a caller gives: without the parameters that the worker fills; names, `?` and rest are kept. */
export type TaskArgs<A extends readonly unknown[]> =
  IsAny<A> extends true
    ? // oxlint-disable-next-line typescript/no-explicit-any -- the arguments of an untyped method are untyped
      any[]
    : A extends readonly []
      ? []
      : Required<A> extends readonly [infer First, ...unknown[]]
        ? A extends readonly [unknown?, ...infer T]
          ? [...(Has<First, typeof INJECTED> extends true ? [] : Wire<Head<A, T>>), ...TaskArgs<T>]
          : never
        : Has<A[number], typeof INJECTED> extends true
          ? []
          : Arg<A[number]>[];

type LifecycleHook = 'onModuleInit' | 'onModuleDestroy' | 'onApplicationBootstrap' | 'beforeApplicationShutdown' | 'onApplicationShutdown';

// oxlint-disable-next-line typescript/no-explicit-any -- `unknown` parameters would refuse every method
type AnyMethod = (...args: any[]) => unknown;

/** The public methods of T; whether one is a task is known at run time only. */
type TaskKey<T, K extends keyof T> = K extends LifecycleHook | symbol | number
  ? never
  : IsAny<T[K]> extends true
    ? never
    : T[K] extends AnyMethod
      ? K
      : never;

/** The result of a task: its awaited return value, or the last value of an Observable. */
export type TaskResult<R> = R extends Observable<infer V> ? V : Awaited<R>;

/** The arguments of a call without the first ones, which the task before it provides. */
type Suffix<A extends readonly unknown[]> =
  IsAny<A> extends true
    ? A
    : number extends A['length']
      ? A
      : A extends readonly []
        ? A
        : A extends readonly [unknown?, ...infer T]
          ? A | Suffix<T>
          : A;

/** One task of a class, ready to be called. */
export interface TaskHandle<A extends readonly unknown[], R> {
  /** Sends it with these arguments and the task's own options. */
  delay(...args: A): Promise<AsyncResult<R>>;
  /** Sends it with options of this call. */
  applyAsync(args: readonly [...A], options?: CallOptions<A>): Promise<AsyncResult<R>>;
  /**
   * Runs it here and now, without the broker.
   * @throws TaskNotLocalError when this process has no handler of it
   */
  apply(...args: A): Promise<R>;
  /** The call as data, for `link`. The result of the task before it comes before these arguments. */
  s(...args: Suffix<A>): Signature;
  /** The same, immutable: called with exactly these arguments. */
  si(...args: A): Signature;
}

/** The tasks of a class, by method. */
export type TaskProxy<T> = {
  readonly [K in keyof T as TaskKey<T, K>]: T[K] extends (...args: infer A) => infer R ? TaskHandle<TaskArgs<A>, TaskResult<R>> : never;
};

/** One task of a contract: its name, or its name and publishing options. */
export type ContractEntry = string | CalledTask;

/**
 * The tasks of a class, for producers that do not load it. Made by {@link taskContract}; passed to `TaskClient.for`.
 */
export interface TaskContract<T, K> {
  /** only in types: the type of the class */
  readonly of?: T;
  readonly tasks: Readonly<Record<K & string, ContractEntry>>;
}

/**
 * Names tasks by registered name. Augment it to have `sendTask` and `sendMany` check arguments and results:
 * `declare module 'nestjs-task-queue' { interface TaskRegistry { 'blog.cleanup': BlogTasks['cleanup'] } }`.
 */
// oxlint-disable-next-line typescript/no-empty-object-type -- filled by the application through declaration merging
export interface TaskRegistry {}

/** A registered name, or any other name, which is checked when the task runs. */
export type TaskName = (keyof TaskRegistry & string) | (string & {});

/** The arguments of the task of this name; unknown ones for a name that {@link TaskRegistry} does not have. */
export type TaskArgsOf<N extends string> = N extends keyof TaskRegistry
  ? TaskRegistry[N] extends (...args: infer A) => unknown
    ? Readonly<TaskArgs<A>>
    : never
  : readonly unknown[];

/** The result of the task of this name. */
export type TaskResultOf<N extends string> = N extends keyof TaskRegistry
  ? TaskRegistry[N] extends (...args: never[]) => infer R
    ? TaskResult<R>
    : never
  : unknown;

/** The parameters of `sendTask` after the name: arguments are optional when the task needs none. */
export type SendTaskRest<N extends string> =
  readonly [] extends TaskArgsOf<N> ? [args?: TaskArgsOf<N>, options?: CallOptions] : [args: TaskArgsOf<N>, options?: CallOptions];

/** `TaskClient.sendTask`: one signature, so that a known name with wrong arguments finds no looser overload. */
export type SendTask = <const N extends TaskName>(name: N, ...rest: SendTaskRest<N>) => Promise<AsyncResult<TaskResultOf<N>>>;

/** One call of `TaskClient.sendMany`. */
export type TaskCall<N extends string = string> = { readonly name: N; readonly options?: CallOptions } & (readonly [] extends TaskArgsOf<N>
  ? { readonly args?: TaskArgsOf<N> }
  : { readonly args: TaskArgsOf<N> });

/** `TaskClient.sendMany`: the calls' results in order. */
export type SendMany = <const N extends readonly TaskName[]>(
  calls: readonly [...{ [I in keyof N]: TaskCall<N[I]> }],
) => Promise<{ -readonly [I in keyof N]: AsyncResult<TaskResultOf<N[I]>> }>;

const CONTRACT_OPTIONS = ['name', ...PUBLISH_OPTIONS] as const satisfies readonly (keyof DeclaredTask)[];

/**
 * A contract of a class that is imported as a type only, so that its dependencies are not loaded:
 * `taskContract<PostTasks>()({ sendPostEmail: { name: 'blog.send_post_email', queue: 'email' } })`.
 */
export function taskContract<T>() {
  return <
    const M extends { readonly [K in keyof TaskProxy<T>]?: ContractEntry } & {
      readonly [K in Exclude<keyof M, keyof TaskProxy<T>>]: never;
    },
  >(
    tasks: M,
  ): TaskContract<T, keyof M> => {
    describeContract({ tasks });
    return Object.freeze({ tasks: Object.freeze({ ...tasks }) as Readonly<Record<keyof M & string, ContractEntry>> });
  };
}

/**
 * A contract's tasks by method.
 * @throws UnknownOptionError, InvalidOptionError
 */
export function describeContract(contract: { readonly tasks: Readonly<Record<string, unknown>> }): ReadonlyMap<string, DeclaredTask> {
  return new Map(Object.entries(contract.tasks).map(([method, entry]) => [method, describeEntry(method, entry)]));
}

function describeEntry(method: string, entry: unknown): DeclaredTask {
  const options = (typeof entry === 'string' ? { name: entry } : entry) as CalledTask;
  for (const key of Object.keys(options)) {
    if (!CONTRACT_OPTIONS.includes(key as 'name')) throw new UnknownOptionError(key, `taskContract, '${method}'`, CONTRACT_OPTIONS);
  }
  if (typeof options.name !== 'string' || options.name === '') {
    throw new InvalidOptionError(`${method}.name`, options.name, "the task's registered name");
  }
  if (options.unique !== undefined) resolveUnique(options.unique, `taskContract, '${method}'`);
  if (options.tags !== undefined) checkTags(options.tags, `taskContract, '${method}'`);
  return { ...options, method };
}
