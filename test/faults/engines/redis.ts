import type { Engine } from '../engine.js';
import type { FaultServer } from '../fault.js';
import { keysLeft } from '../../conformance/redis-keys.js';

/** Every write is on disk before it is answered: what was acknowledged is there after a crash. */
const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];

export function redisEngine(start: (options: { args: string[] }) => Promise<FaultServer>): Engine {
  return {
    name: 'redis',
    start: () => start({ args: DURABLE }),
    firstConnection: {},
    leftovers: keysLeft,
    faults: [],
  };
}
