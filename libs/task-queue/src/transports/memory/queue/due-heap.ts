/** What an item must carry to stand in one {@link DueHeap} at a time; the heap writes all three. */
export interface Due {
  /** epoch ms */
  at: number;
  /** among items of the same instant, first in comes first */
  order: number;
  /** index in the heap */
  slot: number;
}

/** Items by instant, earliest first. Any of them is moved or taken out in O(log n), because each knows its own index. */
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

  /** The item must stand in this heap. */
  move(item: T, at: number): void {
    item.at = at;
    item.order = this.orders++;
    this.settle(item, item.slot);
  }

  /** The item must stand in this heap. */
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
