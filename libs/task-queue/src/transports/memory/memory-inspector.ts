import type { DeadLetter, Inspector, Location, QueueCounts } from '../../ports/inspector.js';
import type { MemorySession } from './memory-session.js';

/** Looks into a session's shared store without changing it, except where asked to purge. */
export class MemoryInspector implements Inspector {
  constructor(private readonly session: MemorySession) {}

  async queues(): Promise<string[]> {
    return this.store().queueNames();
  }

  async counts(queue: string): Promise<QueueCounts> {
    return this.store().queue(queue).counts();
  }

  async locate(ids: readonly string[]): Promise<(Location | null)[]> {
    const store = this.store();
    return ids.map((id) => {
      const found = store.find(id);
      return found ? { queue: found.queue, place: found.place } : null;
    });
  }

  async deadLetters(name: string, { limit }: { readonly limit: number }): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    for (const { id, queue, body, death } of this.store().queue(name).dead.fromTail()) {
      if (letters.length >= limit) break;
      letters.push({ id, queue, body, ...death! });
    }
    return letters;
  }

  async purge(queue: string): Promise<number> {
    const store = this.store();
    const waiting = store.queue(queue).waitingMessages();
    for (const message of waiting) store.purge(message, this.session.now());
    return waiting.length;
  }

  private store() {
    return this.session.store('Inspecting');
  }
}
