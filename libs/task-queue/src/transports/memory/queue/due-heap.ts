/** Fields of an item in a {@link DueHeap}. The heap writes them, so an item is in one heap at a time. */
export interface Due {
  /** epoch ms */
  at: number;
  /** first in, first out among items of the same instant */
  order: number;
  /** index in the heap */
  slot: number;
}

/** Items by instant, earliest first. Each knows its index, so moving and removing any item is O(log n). */
export class DueHeap<T extends Due> {
  private readonly items: T[] = [];
  private orders = 0;

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  /** In no order. */
  all(): readonly T[] {
    return this.items;
  }

  push(item: T, at: number): void {
    item.at = at;
    item.order = this.orders++;
    this.rise(item, this.items.push(item) - 1);
  }

  /** The item must be in this heap. */
  move(item: T, at: number): void {
    item.at = at;
    item.order = this.orders++;
    this.settle(item, item.slot);
  }

  /** The item must be in this heap. */
  remove(item: T): void {
    const last = this.items.pop()!;
    if (last !== item) this.settle(last, item.slot);
    item.slot = -1;
  }

  private settle(item: T, slot: number): void {
    const parent = this.items[(slot - 1) >> 1];
    if (slot > 0 && before(item, parent)) this.rise(item, slot);
    else this.sink(item, slot);
  }

  private rise(item: T, slot: number): void {
    while (slot > 0) {
      const up = (slot - 1) >> 1;
      if (!before(item, this.items[up])) break;
      this.put(this.items[up], slot);
      slot = up;
    }
    this.put(item, slot);
  }

  private sink(item: T, slot: number): void {
    for (;;) {
      let down = 2 * slot + 1;
      if (down >= this.items.length) break;
      if (down + 1 < this.items.length && before(this.items[down + 1], this.items[down])) down++;
      if (!before(this.items[down], item)) break;
      this.put(this.items[down], slot);
      slot = down;
    }
    this.put(item, slot);
  }

  private put(item: T, slot: number): void {
    this.items[slot] = item;
    item.slot = slot;
  }
}

function before(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
