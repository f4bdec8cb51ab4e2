import type { Pool } from '../ports/runtime/pool.js';
import { AsyncPool } from './async-pool.js';
import { SoloPool } from './solo-pool.js';

export function createPool(kind: 'async' | 'solo', concurrency: number): Pool {
  return kind === 'solo' ? new SoloPool() : new AsyncPool(concurrency);
}
