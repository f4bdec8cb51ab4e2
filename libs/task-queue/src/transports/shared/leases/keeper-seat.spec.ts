import { runInThisContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { HeldBatch } from './leased-delivery.js';
import { KeeperSeat } from './keeper-seat.js';
import { THREADS } from './threads.generated.js';

const JournalReader = runInThisContext(`((exports) => { ${THREADS.journal} return exports.JournalReader; })({})`) as new (
  buffer: SharedArrayBuffer,
) => {
  read(seat: object): void;
};
const batchOf = (sequence: number, renewal: string): HeldBatch => ({
  sequence,
  sentAt: 0,
  deliveries: [],
  open: 1,
  suspect: false,
  renewal: () => renewal,
});

/** A thread that may be late, or not there. */
function setUp() {
  const thread = { there: true, posted: [] as (readonly [string, number, unknown?])[] };
  const link = {
    post: (message: unknown) => (thread.there && thread.posted.push(message as readonly [string, number, unknown?]), thread.there),
    closed() {},
  };
  const seat = new KeeperSeat(1, { lease: 1_000, maxLoopBlock: 1_000, lost() {}, revoked() {} }, {}, link);
  const read = () => {
    const held = new Map<number, string>();
    const reading = {
      hold: (sequence: number, text: string) => held.set(sequence, text),
      end: (sequence: number) => held.delete(sequence),
      abandon() {},
    };
    for (const [kind, , content] of thread.posted) {
      const journal = kind === 'open' ? (content as { journal: SharedArrayBuffer }).journal : content;
      if (kind === 'open') held.clear();
      if (kind !== 'read') new JournalReader(journal as SharedArrayBuffer).read(reading);
    }
    return [...held.keys()];
  };
  return { seat, thread, read };
}

describe('rule 7: the seat of a consumer in the lease-keeper', () => {
  it('keeps every held batch, however long its thread does not read', () => {
    const { seat, thread, read } = setUp();
    seat.open();
    for (let sequence = 1; sequence <= 200; sequence++) {
      seat.hold([batchOf(sequence, 'x'.repeat(20_000))]);
      if (sequence % 2 === 0) seat.end(sequence);
    }
    expect(thread.posted.filter(([kind]) => kind === 'journal').length).toBeGreaterThan(0);
    expect(read()).toEqual(Array.from({ length: 100 }, (_, n) => 2 * n + 1));
  });

  it('does not grow while there is no thread, and passes everything to the next thread', () => {
    const { seat, thread, read } = setUp();
    seat.open();
    thread.there = false;
    for (let sequence = 1; sequence <= 2_000; sequence++) {
      seat.hold([batchOf(sequence, 'x'.repeat(20_000))]);
      if (sequence > 1) seat.end(sequence);
    }
    thread.there = true;
    seat.open();
    const { journal } = thread.posted.at(-1)![2] as { journal: SharedArrayBuffer };
    expect(journal.byteLength).toBeLessThan(2 ** 20);
    expect(read()).toEqual([1]);
  });
});
