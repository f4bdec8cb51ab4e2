import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import type { BootSession } from '../connection/postgres-connection.js';
import { warnOfVacuum } from './vacuum-check.js';

async function warnings(facts: object): Promise<string[]> {
  const told: string[] = [];
  const query = async () => [{ vacuums: true, without: null, oldest: 500, hidden: 0, role: 'app', ...facts }];
  await warnOfVacuum({ query, schema: 'tq' } as unknown as BootSession, { ...silentLogger, warn: (text) => void told.push(text) });
  return told;
}

describe('what would let the tables grow is told at boot', () => {
  it.each([
    ['a server that does not clean up', { vacuums: false }, /autovacuum and track_counts/],
    ['tables that it leaves out', { without: 'ready' }, /reset \(autovacuum_enabled\)/],
    ['a transaction that is open for long', { oldest: 3_600_000 }, /open for long/],
    ['transactions that it cannot see', { hidden: 3 }, /grant pg_read_all_stats/],
  ])('%s', async (_, facts, text) => expect(await warnings(facts)).toEqual([expect.stringMatching(text)]));

  it('and nothing else is', async () => expect(await warnings({})).toEqual([]));
});
