import { DueHeap, type Due } from './due-heap.js';

interface Kept<V> extends Due {
  readonly key: string;
  value: V;
}

/** Values that expire, by key. No timer: expired values are not returned, and every write drops them. */
export class ExpiringMap<V> {
  private readonly kept = new Map<string, Kept<V>>();
  private readonly byExpiry = new DueHeap<Kept<V>>();

  /** How many values have not expired. */
  size(now: number): number {
    this.drop(now);
    return this.kept.size;
  }

  get(key: string, now: number): V | undefined {
    const found = this.kept.get(key);
    return found && found.at > now ? found.value : undefined;
  }

  set(key: string, value: V, expires: number, now: number): void {
    this.drop(now);
    const found = this.kept.get(key);
    if (found) {
      found.value = value;
      this.byExpiry.move(found, expires);
      return;
    }
    const added: Kept<V> = { key, value, at: expires, order: 0, slot: -1 };
    this.kept.set(key, added);
    this.byExpiry.push(added, expires);
  }

  delete(key: string): void {
    const found = this.kept.get(key);
    if (!found) return;
    this.kept.delete(key);
    this.byExpiry.remove(found);
  }

  private drop(now: number): void {
    for (let oldest = this.byExpiry.peek(); oldest && oldest.at <= now; oldest = this.byExpiry.peek()) {
      this.delete(oldest.key);
    }
  }
}
