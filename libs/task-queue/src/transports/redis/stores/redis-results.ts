import type { TaskResultRecord } from '../../../core/message/task-result.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import { callStore } from '../connection/call-store.js';
import { decodeRecord, encodeRecord } from './record-codec.js';
import type { RedisContext } from '../redis-context.js';
import { ResultWatch } from './result-watch.js';
import type { Subscriptions } from '../connection/subscriptions.js';

/** Keeps results as strings that expire. */
export class RedisResults implements ResultBackend {
  readonly #watch: ResultWatch;

  constructor(
    private readonly context: RedisContext,
    subscriptions: Subscriptions,
    private readonly lifecycle: { connect(): Promise<void>; close(): Promise<void> },
  ) {
    this.#watch = new ResultWatch(context, subscriptions);
  }

  connect(): Promise<void> {
    return this.lifecycle.connect();
  }

  close(): Promise<void> {
    return this.lifecycle.close();
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const { commands, keys } = this.context;
    const head = [this.context.offset(), String(Math.max(1, Math.ceil(expires))), keys.resultsChannel];
    const written: boolean[] = [];
    for (const some of chunks(records)) {
      const args = [...head, ...some.flatMap((record) => [record.id, encodeRecord(record)])];
      const flags = await callStore(commands, 'Saving results', 'saveResult', [keys.waiters, keys.result], args);
      for (const flag of flags as string) written.push(flag === '1');
    }
    return written;
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const loaded: (TaskResultRecord | null)[] = [];
    for (const some of chunks(ids)) {
      const texts = await callStore(
        this.context.commands,
        'Loading results',
        'loadResults',
        [this.context.keys.result],
        [this.context.offset(), ...some],
      );
      for (const text of texts as (string | null)[]) loaded.push(text === null ? null : decodeRecord(text));
    }
    return loaded;
  }

  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    return this.#watch.wait(id, signal);
  }

  async forget(ids: readonly string[]): Promise<void> {
    for (const some of chunks(ids))
      await callStore(this.context.commands, 'Forgetting results', 'forgetResults', [this.context.keys.result], some);
  }

  stop(): void {
    this.#watch.close();
  }
}
