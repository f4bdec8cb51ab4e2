import { describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import type { PostgresConnection, Statement } from '../connection/sql.js';
import { Pruner } from './pruner.js';

/** Tables by name: the rows that each run of its statement removes; null = it fails. */
function pruning(tables: Readonly<Record<string, (number | null)[]>>) {
  const ran: string[] = [];
  const warned: unknown[] = [];
  const query = async (statement: Statement): Promise<object[]> => {
    ran.push(statement.text);
    const removed = tables[statement.text]!.shift();
    if (removed === null) throw new Error('canceling statement due to statement timeout');
    return Array.from({ length: removed ?? 0 }, () => ({}));
  };
  const logger = { ...silentLogger, warn: (_: string, more?: object) => void warned.push((more as { statement: string }).statement) };
  const pruner = new Pruner({ query } as unknown as PostgresConnection, () => 0, logger);
  pruner.add(...Object.keys(tables).map((text) => ({ name: `prune_${text}`, text })));
  return { pruner, ran, warned };
}

describe('Pruner', () => {
  it('rule 33: takes a batch of each table in turn, and then only of those with more', async () => {
    const { pruner, ran } = pruning({ full: [1_000, 1_000, 3], some: [7], none: [] });
    await pruner.prune();
    expect(ran).toEqual(['full', 'some', 'none', 'full', 'full']);
  });

  it('a statement that fails stops no other, and is logged once until it works again', async () => {
    const { pruner, ran, warned } = pruning({ broken: [null, null, 0, null], fine: [1, 2, 3, 4] });
    for (let round = 1; round <= 2; round++) await pruner.prune();
    expect([ran, warned]).toEqual([['broken', 'fine', 'broken', 'fine'], ['prune_broken']]);
    for (let round = 3; round <= 4; round++) await pruner.prune();
    expect(warned).toEqual(['prune_broken', 'prune_broken']);
  });
});
