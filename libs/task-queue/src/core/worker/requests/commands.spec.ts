import { describe, expect, it } from '@jest/globals';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { createPool } from '../../pools/create-pool.js';
import { commandsOf } from './commands.js';
import type { WorkerView } from './worker-view.js';

describe('resizing a pool', () => {
  it('is refused where so many transactions would not be open at once, and changes nothing', async () => {
    const pool = createPool('async', 2);
    const checkConcurrency = async (concurrency: number) => {
      if (concurrency > 3) throw new InvalidOptionError('concurrency', concurrency, 'at most 3');
    };
    const slots = { resize: () => undefined } as unknown as WorkerView['slots'];
    const { poolGrow, poolShrink } = commandsOf({ pool, slots, checkConcurrency } as unknown as WorkerView);
    expect(await poolGrow({ by: 1 })).toEqual({ concurrency: 3 });
    await expect(async () => poolGrow({ by: 1 })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(pool.concurrency).toBe(3);
    expect(await poolShrink({ by: 2 })).toEqual({ concurrency: 1 });
  });
});
