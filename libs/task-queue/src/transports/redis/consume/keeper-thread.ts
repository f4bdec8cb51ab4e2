import type { KeeperThread } from '../../shared/leases/lease-keeper.js';
import { threadOptions } from '../../shared/leases/thread-options.js';
import { findDriver } from '../../shared/find-driver.js';
import type { RedisContext } from '../redis-context.js';
import { scripts } from '../connection/scripts.js';
import { THREADS } from '../scripts.generated.js';

/** They only say when to connect again. */
const UNUSED = ['retryStrategy', 'reconnectOnError', 'sentinelRetryStrategy', 'sentinelReconnectStrategy'];

/** The thread that renews leases in Redis while the main thread is busy. */
export function keeperThread({ setup, keys, commands }: RedisContext): KeeperThread {
  return {
    source: THREADS.leaseKeeper,
    data: () => ({
      driver: findDriver('ioredis'),
      options: threadOptions(setup.options, UNUSED),
      script: { ...scripts.extend },
      marks: [keys.revoked, keys.terminate],
    }),
    reachable: () => commands.usableSince !== null,
  };
}
