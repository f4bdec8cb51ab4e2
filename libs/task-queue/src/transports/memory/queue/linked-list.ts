/** Fields of an item in a {@link LinkedList}: it is in one list at a time. */
export interface Linked<T> {
  prev: T | null;
  next: T | null;
}

/** Items in order. Adding at either end and removing any item take constant time. */
export class LinkedList<T extends Linked<T>> {
  private head: T | null = null;
  private tail: T | null = null;
  private count = 0;

  get size(): number {
    return this.count;
  }

  push(item: T): void {
    item.prev = this.tail;
    item.next = null;
    if (this.tail) this.tail.next = item;
    else this.head = item;
    this.tail = item;
    this.count++;
  }

  unshift(item: T): void {
    item.prev = null;
    item.next = this.head;
    if (this.head) this.head.prev = item;
    else this.tail = item;
    this.head = item;
    this.count++;
  }

  shift(): T | null {
    const first = this.head;
    if (first) this.remove(first);
    return first;
  }

  first(): T | null {
    return this.head;
  }

  /** The item must be in this list. */
  remove(item: T): void {
    if (item.prev) item.prev.next = item.next;
    else this.head = item.next;
    if (item.next) item.next.prev = item.prev;
    else this.tail = item.prev;
    item.prev = null;
    item.next = null;
    this.count--;
  }

  *fromHead(): Generator<T> {
    for (let item = this.head; item; item = item.next) yield item;
  }

  *fromTail(): Generator<T> {
    for (let item = this.tail; item; item = item.prev) yield item;
  }
}
