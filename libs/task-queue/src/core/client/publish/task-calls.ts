import { signatureOf } from '../../canvas/signature.js';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { UnknownTaskMethodError } from '../../errors/call-errors.js';
import type { CalledTask, DeclaredTask } from '../../ports/task/declared-task.js';
import type { AsyncResult } from '../async-result.js';
import type { CallOptions } from '../../canvas/call-options.js';
import { describeContract, type SendMany, type SendTask, type TaskContract, type TaskHandle, type TaskProxy } from '../task-types.js';

type Handles = Readonly<Record<string, TaskHandle<readonly unknown[], unknown>>>;

export interface CallByName {
  readonly name: string;
  readonly args?: readonly unknown[];
  readonly options?: CallOptions;
}

/** The ways to call a task: typed from a class or contract with `for()`, by name with `sendTask()`. Subclasses send the calls. */
export abstract class TaskCalls {
  readonly #proxies = new WeakMap<object, Handles>();
  readonly #describe: (target: Function) => ReadonlyMap<string, DeclaredTask>;

  constructor(describe: (target: Function) => ReadonlyMap<string, DeclaredTask>) {
    this.#describe = describe;
  }

  protected abstract send(task: CalledTask, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult>;
  /** One invalid call rejects all, before any is sent. */
  protected abstract sendAll(calls: readonly CallByName[]): Promise<AsyncResult[]>;
  protected abstract run(task: CalledTask, args: readonly unknown[]): Promise<unknown>;

  /**
   * The tasks of a class, or of a contract made by `taskContract`.
   * @example await tasks.for(PostTasks).sendPostEmail.delay(post.id)
   * @throws UnknownTaskMethodError for a method without @Task()
   */
  for<T, K>(contract: TaskContract<T, K>): Pick<TaskProxy<T>, K & keyof TaskProxy<T>>;
  // oxlint-disable-next-line typescript/no-explicit-any -- a constructor may take anything
  for<T extends object>(target: abstract new (...args: any[]) => T): TaskProxy<T>;
  for(target: object): unknown {
    let handles = this.#proxies.get(target);
    if (handles === undefined) {
      handles = this.#makeProxy(target);
      this.#proxies.set(target, handles);
    }
    return handles;
  }

  /** Sends by registered name, for producers without a class or contract. */
  readonly sendTask: SendTask = async (name: string, ...rest: readonly unknown[]) => {
    return (await this.send({ name }, (rest[0] ?? []) as readonly unknown[], rest[1] as CallOptions | undefined)) as never;
  };

  /** Sends many calls in one batch. One invalid call rejects all, before any is sent. */
  readonly sendMany: SendMany = async (calls: readonly CallByName[]) => (await this.sendAll(calls)) as never;

  #makeProxy(target: object): Handles {
    const isClass = typeof target === 'function';
    const tasks = isClass ? this.#describe(target) : describeContract(target as TaskContract<unknown, string>);
    const owner = isClass ? target.name : 'The contract';
    const handles = new Map([...tasks].map(([method, task]) => [method, this.#makeHandle(task)]));
    return new Proxy({} as Handles, {
      get(_, key) {
        if (typeof key === 'symbol' || key === 'then') return undefined;
        const handle = handles.get(key);
        if (handle === undefined) throw new UnknownTaskMethodError(owner, key, [...handles.keys()]);
        return handle;
      },
      has: (_, key) => typeof key === 'string' && handles.has(key),
      ownKeys: () => [...handles.keys()],
      getOwnPropertyDescriptor: (_, key) =>
        typeof key === 'string' && handles.has(key) ? { value: handles.get(key), enumerable: true, configurable: true } : undefined,
    });
  }

  #makeHandle(task: CalledTask): TaskHandle<readonly unknown[], unknown> {
    return Object.freeze({
      delay: (...args: readonly unknown[]) => this.send(task, args),
      applyAsync: async (args: readonly unknown[], options?: CallOptions) => {
        if (!Array.isArray(args))
          throw new InvalidOptionError('args', args, `the list of arguments of '${task.name}': applyAsync([a, b], options)`);
        return this.send(task, args, options);
      },
      apply: async (...args: readonly unknown[]) => this.run(task, args),
      s: (...args: readonly unknown[]) => signatureOf(task, args, false),
      si: (...args: readonly unknown[]) => signatureOf(task, args, true),
    });
  }
}
