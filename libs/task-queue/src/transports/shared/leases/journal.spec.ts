import { isDeepStrictEqual } from 'node:util';
import { runInThisContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { ABANDON, END, HOLD, Journal } from './journal.js';
import { THREADS } from './threads.generated.js';

interface Reader {
  read(seat: Seat): void;
}
const JournalReader = runInThisContext(`((exports) => { ${THREADS.journal} return exports.JournalReader; })({})`) as new (
  buffer: SharedArrayBuffer,
) => Reader;

/** The batches of a thread, as read from its journal. */
class Seat {
  through = 0;
  readonly held = new Map<number, string>();
  readonly abandoned: (readonly [number, number])[] = [];
  hold(sequence: number, text: string) {
    this.held.set(sequence, text);
  }
  end(sequence: number) {
    this.held.delete(sequence);
  }
  abandon(sequence: number, index: number) {
    if (this.held.has(sequence)) this.abandoned.push([sequence, index]);
  }
}

function setUp(capacity: number) {
  const journal = new Journal(capacity);
  const reader = new JournalReader(journal.buffer);
  const seat = new Seat();
  return { journal, seat, read: () => reader.read(seat) };
}

/** The same numbers each time. */
function numbers(seed: number) {
  return (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
}

describe('rule 7: the journal of held deliveries', () => {
  it('passes on the batches that are held, and nothing of those that ended before the reader came', () => {
    const { journal, seat, read } = setUp(10_000);
    journal.write(HOLD, 1, 'one');
    journal.write(HOLD, 2, 'zwölf ✓');
    journal.write(ABANDON, 2, '7');
    journal.write(HOLD, 3, 'three');
    journal.write(END, 1);
    journal.write(END, 3);
    read();
    expect([...seat.held]).toEqual([[2, 'zwölf ✓']]);
    expect([seat.through, seat.abandoned]).toEqual([3, [[2, 7]]]);
    journal.write(END, 2);
    read();
    expect([...seat.held]).toEqual([]);
  });

  it('loses nothing where it wraps around: read rarely or often, with records of all lengths', () => {
    const random = numbers(7);
    const { journal, seat, read } = setUp(1_000);
    const held = new Map<number, string>();
    const behind: number[] = [];
    const write = (...record: Parameters<Journal['write']>) => {
      let full = 0;
      for (; journal.write(...record) === 0; full++) read();
      return full;
    };
    let full = 0;
    for (let sequence = 1; sequence <= 20_000; sequence++) {
      const text = 'é'.repeat(random(90));
      full += write(HOLD, sequence, text);
      held.set(sequence, text);
      for (const one of [...held.keys()].slice(0, random(3))) {
        full += write(END, one);
        held.delete(one);
      }
      if (random(5) > 0) continue;
      read();
      behind.push(sequence - seat.through);
      if (!isDeepStrictEqual(seat.held, held)) break;
    }
    expect(full).toBeGreaterThan(0);
    expect(behind.length).toBeGreaterThan(3_000);
    expect(behind.filter((one) => one !== 0)).toEqual([]);
    read();
    expect(seat.held).toEqual(held);
  });

  it('refuses a record without room, and keeps the others', () => {
    const { journal, seat, read } = setUp(100);
    expect(journal.write(HOLD, 1, 'x'.repeat(100))).toBe(0);
    expect(journal.write(HOLD, 1, 'x'.repeat(20))).toBeGreaterThan(0);
    expect(journal.write(HOLD, 2, 'x'.repeat(20))).toBe(0);
    read();
    expect([...seat.held.keys()]).toEqual([1]);
  });
});
