import { LinkedList } from './linked-list.js';
import type { StoredMessage } from './stored-message.js';

const HIGHEST = 9;

/** Messages that can be handed out at once: by priority, 9 first, and first in, first out within one. */
export class ReadyLists {
  private readonly ranks = Array.from({ length: HIGHEST + 1 }, () => new LinkedList<StoredMessage>());
  private count = 0;

  get size(): number {
    return this.count;
  }

  push(message: StoredMessage): void {
    message.rank = message.priority;
    this.ranks[message.rank].push(message);
    this.count++;
  }

  /** To the front of its own priority. */
  unshift(message: StoredMessage): void {
    this.putFirst(message, message.priority);
  }

  /** Before everything else, whatever its priority. */
  bringToFront(message: StoredMessage): void {
    this.putFirst(message, HIGHEST);
  }

  shift(): StoredMessage | null {
    if (this.count === 0) return null;
    for (let rank = HIGHEST; rank >= 0; rank--) {
      const first = this.ranks[rank].shift();
      if (!first) continue;
      this.count--;
      return first;
    }
    return null;
  }

  /** The next message to hand out. It stays. */
  peek(): StoredMessage | null {
    for (let rank = HIGHEST; rank >= 0 && this.count > 0; rank--) {
      const first = this.ranks[rank].first();
      if (first) return first;
    }
    return null;
  }

  /** The first message of each priority, highest first. */
  heads(): StoredMessage[] {
    return this.ranks.flatMap((rank) => rank.first() ?? []).reverse();
  }

  remove(message: StoredMessage): void {
    this.ranks[message.rank].remove(message);
    this.count--;
  }

  all(): StoredMessage[] {
    return this.ranks.flatMap((rank) => [...rank.fromHead()]);
  }

  private putFirst(message: StoredMessage, rank: number): void {
    message.rank = rank;
    this.ranks[rank].unshift(message);
    this.count++;
  }
}
