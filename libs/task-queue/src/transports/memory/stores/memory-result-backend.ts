import { BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import type { TaskResultRecord } from '../../../core/message/task-result.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import type { MemorySession } from '../memory-session.js';
import { encodeResult } from './result-shelf.js';

/** The results of one session's shared store. */
export class MemoryResultBackend implements ResultBackend {
  constructor(private readonly session: MemorySession) {}

  connect(): Promise<void> {
    return this.session.connect();
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const { results } = this.session.store('Saving results');
    const now = this.session.now();
    const encoded = records.map(encodeResult);
    return records.map((record, index) => results.save(record, encoded[index], expires, now));
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const { results } = this.session.store('Loading results');
    const now = this.session.now();
    return ids.map((id) => results.load(id, now));
  }

  async wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    const { results } = this.session.store('Waiting for a result');
    const closing = new AbortController();
    const stop = (): void => closing.abort();
    this.session.onClose.add(stop);
    try {
      const record = await results.wait(id, this.session.now(), AbortSignal.any([signal, closing.signal]));
      if (closing.signal.aborted && !record) throw new BrokerUnavailableError(`Waiting for the result of ${id}`);
      return record;
    } finally {
      this.session.onClose.delete(stop);
    }
  }

  async forget(ids: readonly string[]): Promise<void> {
    const { results } = this.session.store('Forgetting results');
    for (const id of ids) results.forget(id);
  }
}
