import type { TaskResultRecord } from '../../../core/message/task-result.js';
import { systemClock } from '../../../core/ports/runtime/clock.js';
import { chunks } from '../../../core/ports/stores/chunks.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import { ResultWatch } from '../../../core/ports/stores/result-watch.js';
import { callStore } from '../connection/call-store.js';
import { ServerRefusedError } from '../connection/redis-errors.js';
import type { ScriptName } from '../connection/scripts.js';
import type { Subscriptions } from '../connection/subscriptions.js';
import type { RedisContext } from '../redis-context.js';
import { decodeRecord, encodeRecord } from './record-codec.js';
import { TransportPart, type Lifecycle } from '../../shared/transport-part.js';

/** ms between two looks beside the subscription */
const PACE = { first: 1_000, longest: 5_000, growth: 1.5 };
/** ms for which the store remembers that a process waits for an id; each look renews it */
const WAITER_TTL = 20_000;

/** Keeps results as strings that expire. */
export class RedisResults extends TransportPart implements ResultBackend {
  readonly #watch: ResultWatch;

  constructor(
    private readonly context: RedisContext,
    subscriptions: Subscriptions,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    const listen = (announced: (id: string) => void) => subscriptions.listen(context.keys.resultsChannel, announced, PACE.first);
    this.#watch = new ResultWatch({ listen, look: (ids) => this.#look(ids) }, PACE, systemClock);
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const { keys } = this.context;
    const head = [String(Math.max(1, Math.ceil(expires))), keys.resultsChannel];
    const written: boolean[] = [];
    for (const some of chunks(records)) {
      const args = [...head, ...some.flatMap((record) => [record.id, encodeRecord(record)])];
      const flags = await this.#ask('Saving results', 'saveResult', [keys.waiters, keys.result], args);
      for (const flag of flags as string) written.push(flag === '1');
    }
    return written;
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const loaded: (TaskResultRecord | null)[] = [];
    for (const some of chunks(ids)) {
      loaded.push(...readRecords(await this.#ask('Loading results', 'loadResults', [this.context.keys.result], some)));
    }
    return loaded;
  }

  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    return this.#watch.wait(id, signal);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const { commands, keys } = this.context;
    for (const some of chunks(ids)) await callStore(commands, 'Forgetting results', 'forgetResults', [keys.result], some);
  }

  stop(): void {
    this.#watch.close();
  }

  /** A server that refuses writes can still be read: then nothing is announced, and polls find the results. */
  #look(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    return this.#loadAndNote(ids).catch((error: Error) => {
      if (error.cause instanceof ServerRefusedError) return this.load(ids);
      throw error;
    });
  }

  /** Loads, and notes that this process waits for the ids: only their saves are announced. */
  async #loadAndNote(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const { keys } = this.context;
    const found: (TaskResultRecord | null)[] = [];
    for (const some of chunks(ids)) {
      const args = [String(WAITER_TTL), ...some];
      found.push(...readRecords(await this.#ask('Waiting for a result', 'watchResults', [keys.waiters, keys.result], args)));
    }
    return found;
  }

  #ask(what: string, script: ScriptName, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    return callStore(this.context.commands, what, script, keys, [this.context.offset(), ...args]);
  }
}

function readRecords(texts: unknown): (TaskResultRecord | null)[] {
  return (texts as (string | null)[]).map((text) => (text === null ? null : decodeRecord(text)));
}
