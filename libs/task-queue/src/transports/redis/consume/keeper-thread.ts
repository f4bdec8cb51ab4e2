import type { KeeperThread } from '../../shared/leases/lease-keeper.js';
import { findDriver } from '../../shared/find-driver.js';
import type { RedisContext } from '../redis-context.js';
import { scripts } from '../connection/scripts.js';
import { THREADS } from '../scripts.generated.js';

/** The thread that renews leases in Redis while the main thread is busy. */
export function keeperThread({ setup }: RedisContext): KeeperThread {
  return {
    source: THREADS.leaseKeeper,
    data: () => ({ driver: findDriver('ioredis'), options: setup.options, script: { ...scripts.extend } }),
  };
}
