import { describe, expect, it } from '@jest/globals';
import { DueHeap, type Due } from './due-heap.js';

interface Item extends Due {
  readonly name: number;
}

function item(name: number): Item {
  return { name, at: 0, order: 0, slot: -1 };
}

function drain(heap: DueHeap<Item>): number[] {
  const names: number[] = [];
  for (let first = heap.peek(); first; first = heap.peek()) {
    names.push(first.name);
    heap.remove(first);
  }
  return names;
}

/** Numbers that look random and are the same in each run. */
function* scattered(): Generator<number> {
  for (let state = 7; ; state = (state * 48_271) % 2_147_483_647) yield state;
}

describe('DueHeap', () => {
  it('gives the earliest first, and equals in the order they came', () => {
    const heap = new DueHeap<Item>();
    for (const [name, at] of [[0, 30], [1, 10], [2, 20], [3, 10], [4, 10]]) heap.push(item(name), at); // prettier-ignore
    expect(drain(heap)).toEqual([1, 3, 4, 2, 0]);
  });

  it('stays in order whatever is moved and removed in between', () => {
    const heap = new DueHeap<Item>();
    const random = scattered();
    const inside = new Set<Item>();
    for (let step = 0; step < 20_000; step++) {
      const number = random.next().value as number;
      const [some] = [...inside].slice(number % Math.max(1, inside.size), (number % Math.max(1, inside.size)) + 1);
      if (number % 3 === 0 || !some || inside.size < 20) {
        const added = item(step);
        inside.add(added);
        heap.push(added, number % 100);
      } else if (number % 3 === 1) {
        heap.move(some, number % 100);
      } else {
        heap.remove(some);
        inside.delete(some);
      }
      for (const extra of inside.size > 60 ? [...inside].slice(0, 30) : []) {
        inside.delete(extra);
        heap.remove(extra);
      }
    }
    const expected = [...inside].sort((a, b) => a.at - b.at || a.order - b.order).map(({ name }) => name);
    expect(heap.size).toBe(expected.length);
    expect(drain(heap)).toEqual(expected);
  });
});
