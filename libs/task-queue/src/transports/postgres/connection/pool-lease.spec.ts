import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import type { Pool } from 'pg';
import { PoolLease } from './pool-lease.js';

it('hears of a session that ends in the packet in which it begins, and ends no process for it', async () => {
  const client = Object.assign(new EventEmitter(), { release() {} });
  const connect = (callback: (error: undefined, given: typeof client) => void): void => {
    callback(undefined, client);
    client.emit('error', new Error('terminating connection due to administrator command'));
  };
  const lease = await PoolLease.take({ connect } as unknown as Pool, 1_000, false);
  lease.giveBack();
  expect(client.listenerCount('error')).toBe(0);
});

it('gives back what comes too late one after the other, however many have waited', async () => {
  const line: ((error: undefined, given: EventEmitter) => void)[] = [];
  const waited = 20_000;
  let given = 0;
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => (finish = resolve));
  // As the pool of pg does: whoever is next gets it within the release of the one before.
  const client: EventEmitter & { release(): void } = Object.assign(new EventEmitter(), {
    release() {
      given += 1;
      if (given === waited) finish();
      line.shift()?.(undefined, client);
    },
  });
  const pool = { connect: (callback: (typeof line)[number]) => void line.push(callback) } as unknown as Pool;
  const taken = await Promise.allSettled(Array.from({ length: waited }, () => PoolLease.take(pool, 1, false)));
  expect(taken.every(({ status }) => status === 'rejected')).toBe(true);
  line.shift()!(undefined, client);
  await finished;
  expect(client.listenerCount('error')).toBe(0);
});
