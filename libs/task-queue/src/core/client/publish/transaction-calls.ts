import type { CallOptions } from '../../canvas/call-options.js';
import type { PublisherWithin } from '../../ports/broker/transactional.js';
import type { CalledTask, DeclaredTask } from '../../ports/task/declared-task.js';
import type { AsyncResult } from '../async-result.js';
import type { LaunchedCall } from '../call/launch-call.js';
import type { PublishCalls } from './around-publishing.js';
import { TaskCalls, type CallByName } from './task-calls.js';

/** The client's part in calls that are made within a transaction. */
export interface TransactionCallDependencies {
  describe(target: Function): ReadonlyMap<string, DeclaredTask>;
  prepare(task: CalledTask, args: readonly unknown[], options?: CallOptions): LaunchedCall;
  publish(call: LaunchedCall, send: PublishCalls): Promise<AsyncResult>;
  run(task: CalledTask, args: readonly unknown[]): Promise<unknown>;
}

/** Sends within one transaction of the application: its calls exist once it commits, and never if it rolls back. */
export class TransactionCalls extends TaskCalls {
  readonly #send: PublishCalls;

  constructor(
    private readonly client: TransactionCallDependencies,
    publisher: PublisherWithin,
  ) {
    super((target) => client.describe(target));
    this.#send = (calls) => Promise.all(calls.map(({ publication }) => publisher.send(publication)));
  }

  override async send(task: CalledTask, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult> {
    return this.client.publish(this.client.prepare(task, args, options), this.#send);
  }

  override async sendAll(calls: readonly CallByName[]): Promise<AsyncResult[]> {
    const prepared = calls.map(({ name, args = [], options }) => this.client.prepare({ name }, args, options));
    return Promise.all(prepared.map((call) => this.client.publish(call, this.#send)));
  }

  protected override run(task: CalledTask, args: readonly unknown[]): Promise<unknown> {
    return this.client.run(task, args);
  }
}
