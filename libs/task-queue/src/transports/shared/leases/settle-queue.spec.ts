import type { Settlement } from '../../../core/ports/broker/consumer.js';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import { ConnectionLostError } from '../store-errors.js';
import type { HeldLeases } from './held-leases.js';
import { SettleQueue, type Accepted, type SettleBatch } from './settle-queue.js';

const BODY = 300_000;
const held = {
  beginSettling: (settlements: readonly Settlement[]) => settlements,
  holds: () => true,
  settled() {},
  tellRevoked() {},
} as unknown as HeldLeases;

/** A store that notes how many settlements each call had, and loses its connection in the first `lost` calls. */
function setUp(lost = 0) {
  const calls: (readonly [number: number, settlements: number])[] = [];
  const queue = new SettleQueue<SettleBatch>(
    {
      encode(settlements, size) {
        const taken = Math.min(settlements.length, Math.max(1, Math.ceil(size / BODY)));
        return { taken, order: settlements.slice(0, taken), broken: [] };
      },
      async send({ order }, number, _again, accepted: Accepted) {
        calls.push([number, order.length]);
        if (calls.length <= lost) throw new ConnectionLostError(true, 'no answer');
        for (const one of order) accepted.set(one, { id: one.delivery.id, accepted: true });
        return [];
      },
      passes: (error) => error instanceof ConnectionLostError,
    },
    held,
    silentLogger,
  );
  return { queue, calls };
}

const settlements = (count: number): Settlement[] =>
  Array.from({ length: count }, (_, n) => ({ delivery: { id: `${n}` }, kind: 'ack', traced: false }) as unknown as Settlement);

describe('rule 31: settle calls over a slow line', () => {
  it('are bounded in size, and settle everything in order', async () => {
    const { queue, calls } = setUp();
    const receipts = await queue.settle(settlements(10));
    expect(receipts.map(({ id, accepted }) => accepted && id)).toEqual(settlements(10).map(({ delivery }) => delivery.id));
    expect(calls.map(([, count]) => count)).toEqual([4, 4, 2]);
  });

  it('are smaller after a lost connection; the lost call itself is repeated as it was, and then they grow again', async () => {
    const { queue, calls } = setUp(2);
    await queue.settle(settlements(12));
    expect(calls).toEqual([[1, 4], [1, 4], [1, 4], [2, 1], [3, 2], [4, 4], [5, 1]]); // prettier-ignore
  });
});
