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
