import type { RateSlots } from './rate-slots.js';
import { ReadyLists } from './ready-lists.js';
import type { StoredMessage } from './stored-message.js';

/** Messages of one queue that wait for a slot, by key, and by priority within it. */
export class LimitedLists {
  private readonly lists = new Map<string, ReadyLists>();

  constructor(private readonly slots: RateSlots) {}

  get isEmpty(): boolean {
    return this.lists.size === 0;
  }

  get size(): number {
    let size = 0;
    for (const list of this.lists.values()) size += list.size;
    return size;
  }

  put(message: StoredMessage, end: 'front' | 'back'): void {
    const { key } = message.limit!;
    let list = this.lists.get(key);
    if (!list) this.lists.set(key, (list = new ReadyLists()));
    if (end === 'front') list.unshift(message);
    else list.push(message);
  }

  remove(message: StoredMessage): void {
    const { key } = message.limit!;
    const list = this.lists.get(key)!;
    list.remove(message);
    if (list.size === 0) this.lists.delete(key);
  }

  /** The first message of the highest priority whose slot is due. It stays in its list. */
  due(now: number): StoredMessage | null {
    let best: StoredMessage | null = null;
    for (const [key, list] of this.lists) {
      const first = list.peek()!;
      if (this.slots.next(key) <= now && (best === null || first.priority > best.priority)) best = first;
    }
    return best;
  }

  /** The next slot that is not due yet; Infinity = none. */
  nextSlot(now: number): number {
    let next = Infinity;
    for (const key of this.lists.keys()) {
      const slot = this.slots.next(key);
      if (slot > now) next = Math.min(next, slot);
    }
    return next;
  }

  all(): StoredMessage[] {
    return [...this.lists.values()].flatMap((list) => list.all());
  }
}
