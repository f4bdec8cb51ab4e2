import { getEventListeners } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../ports/runtime/logger.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer } from '../../ports/broker/consumer.js';
import { FetchLoop } from './fetch-loop.js';
import type { Slots } from './slots.js';

const impatient: Clock = { now: () => 0, timer: (_, callback) => (setImmediate(callback), { clear() {} }) };

describe('FetchLoop', () => {
  it('asks a broker that is away again and again, and leaves nothing of its waits behind', async () => {
    let asked = 0;
    let enough!: (signal: AbortSignal) => void;
    const seen = new Promise<AbortSignal>((resolve) => (enough = resolve));
    const receive: Consumer['receive'] = async (_, signal) => {
      if (++asked === 30) enough(signal);
      throw new Error('away');
    };
    const consumer = { receive } as Consumer;
    const loop = new FetchLoop({ consumer, slots: { wanted: 1 } as Slots, logger: silentLogger, clock: impatient });
    loop.start();
    expect(getEventListeners(await seen, 'abort').length).toBeLessThanOrEqual(1);
    await loop.stop();
  });
});
