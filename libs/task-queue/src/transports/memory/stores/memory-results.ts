import { BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import type { TaskResultRecord } from '../../../core/message/task-result.js';
import type { ResultBackend } from '../../../core/ports/stores/result-backend.js';
import { ResultWatch } from '../../../core/ports/stores/result-watch.js';
import type { MemorySession } from '../memory-session.js';
import { encodeRecord, type KeptResults } from './kept-results.js';
import { TransportPart } from '../../shared/transport-part.js';

/** The results of one session's shared store. */
export class MemoryResults extends TransportPart implements ResultBackend {
  private watch: ResultWatch | null = null;

  constructor(private readonly session: MemorySession) {
    super(session);
  }

  async save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]> {
    const { results } = this.session.store('Saving results');
    const now = this.session.now();
    const encoded = records.map(encodeRecord);
    return records.map((record, at) => results.save(record, encoded[at], expires, now));
  }

  async load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]> {
    const { results } = this.session.store('Loading results');
    const now = this.session.now();
    return ids.map((id) => results.load(id, now));
  }

  async wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null> {
    const { results } = this.session.store('Waiting for a result');
    this.watch ??= this.openWatch(results);
    return this.watch.wait(id, signal);
  }

  async forget(ids: readonly string[]): Promise<void> {
    const { results } = this.session.store('Forgetting results');
    for (const id of ids) results.forget(id);
  }

  private openWatch({ listeners }: KeptResults): ResultWatch {
    const watch = new ResultWatch({ look: (ids) => this.load(ids) }, null, this.session.options.clock);
    const announced = (id: string): void => watch.announce(id);
    listeners.add(announced);
    this.session.onClose.add(() => {
      listeners.delete(announced);
      this.watch = null;
      watch.close(new BrokerUnavailableError('Waiting for a result'));
    });
    return watch;
  }
}
