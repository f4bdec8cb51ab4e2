import type {
  DeadLetter,
  DeadLetterPage,
  DeadLetterPaging,
  Inspector,
  Location,
  QueueCounts,
  Redrive,
  WaitingMessage,
} from '../../../core/ports/control/inspector.js';
import type { MemorySession } from '../memory-session.js';
import type { StoredMessage } from '../queue/stored-message.js';

/** Reads a session's shared store, and redrives, purges and pauses on request. */
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

  async heads(queue: string): Promise<WaitingMessage[]> {
    const heads = this.store().queue(queue).ready.heads();
    return heads.map(({ id, body }) => ({ id, body }));
  }

  async deadLetters(queue: string, { limit, cursor }: DeadLetterPaging): Promise<DeadLetterPage> {
    const before = cursor === undefined ? Infinity : Number(cursor);
    const letters: DeadLetter[] = [];
    let last = before;
    for (const message of this.store().queue(queue).dead.fromTail()) {
      if (message.death!.sequence >= before) continue;
      if (letters.length >= limit) return { letters, next: String(last) };
      letters.push(letterOf(message));
      last = message.death!.sequence;
    }
    return { letters, next: null };
  }

  async findDeadLetters(queue: string, ids: readonly string[]): Promise<(DeadLetter | null)[]> {
    return ids.map((id) => {
      const message = this.findDead(queue, id);
      return message === null ? null : letterOf(message);
    });
  }

  async redrive(queue: string, letters: readonly Redrive[]): Promise<boolean[]> {
    const store = this.store();
    const now = this.session.now();
    return letters.map(({ id, body, priority }) => {
      const message = this.findDead(queue, id);
      if (message === null || !store.holdAgain(message, now)) return false;
      store.queue(queue).take(message);
      message.body = body ?? message.body;
      message.priority = priority;
      message.lostLeases = 0;
      message.death = null;
      if (message.limit) message.limit = { ...message.limit, expires: Infinity };
      store.results.forget(id);
      store.enqueue(message, now, now, 'back');
      return true;
    });
  }

  async purgeDeadLetters(queue: string, ids?: readonly string[]): Promise<number> {
    const store = this.store();
    const all = ids ?? [...store.queue(queue).dead.fromTail()].map(({ id }) => id);
    const dead = all.map((id) => this.findDead(queue, id)).filter((message) => message !== null);
    for (const message of dead) store.remove(message, this.session.now());
    return dead.length;
  }

  async pause(queue: string): Promise<void> {
    this.store().queue(queue).pause();
  }

  async resume(queue: string): Promise<void> {
    this.store().queue(queue).resume();
  }

  async paused(): Promise<string[]> {
    const store = this.store();
    return store.queueNames().filter((name) => store.queue(name).paused).sort(); // prettier-ignore
  }

  async purge(queue: string): Promise<number> {
    const store = this.store();
    const waiting = store.queue(queue).waitingMessages();
    for (const message of waiting) store.purge(message, this.session.now());
    return waiting.length;
  }

  private findDead(queue: string, id: string): StoredMessage | null {
    const message = this.store().find(id);
    return message?.queue === queue && message.place === 'dead' ? message : null;
  }

  private store() {
    return this.session.store('Inspecting');
  }
}

function letterOf({ id, queue, body, death }: StoredMessage): DeadLetter {
  const { reason, detail, attempts, at } = death!;
  return { id, queue, body, reason, detail, attempts, at };
}
