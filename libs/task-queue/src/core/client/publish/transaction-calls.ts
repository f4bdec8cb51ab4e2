import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { PublisherWithin } from '../../ports/broker/transactional.js';
import type { PublishReceipt } from '../../ports/broker/publication.js';
import type { AsyncResult } from '../async-result.js';
import type { CallOptions } from '../../canvas/call-options.js';
import type { PreparedCall } from '../call/prepare-call.js';
import { TaskCalls, type CallByName, type CalledTask } from './task-calls.js';

/** What the client lends to calls that are made within a transaction. */
export interface TransactionCallDependencies {
  describe(target: Function): ReadonlyMap<string, DeclaredTask>;
  prepare(task: CalledTask, args: readonly unknown[], options?: CallOptions): PreparedCall;
  resultOf(receipt: PublishReceipt, call: PreparedCall): AsyncResult;
  run(task: CalledTask, args: readonly unknown[]): Promise<unknown>;
}

/** Sends within one transaction of the application: what it sends is there when that commits, and never if it does not. */
export class TransactionCalls extends TaskCalls {
  constructor(
    private readonly client: TransactionCallDependencies,
    private readonly publisher: PublisherWithin,
  ) {
    super((target) => client.describe(target));
  }

  override async send(task: CalledTask, args: readonly unknown[], options?: CallOptions): Promise<AsyncResult> {
    return this.#publish(this.client.prepare(task, args, options));
  }

  override async sendAll(calls: readonly CallByName[]): Promise<AsyncResult[]> {
    const prepared = calls.map(({ name, args = [], options }) => this.client.prepare({ name }, args, options));
    return Promise.all(prepared.map((call) => this.#publish(call)));
  }

  protected override run(task: CalledTask, args: readonly unknown[]): Promise<unknown> {
    return this.client.run(task, args);
  }

  async #publish(call: PreparedCall): Promise<AsyncResult> {
    return this.client.resultOf(await this.publisher.send(call.publication), call);
  }
}
