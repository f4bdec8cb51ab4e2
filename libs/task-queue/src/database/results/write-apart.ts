import { DataRefusedError } from './data-refused.js';

/**
 * Writes rows together; where the database cannot hold one of them, finds that one by halves, so that it alone is refused.
 * @param refused told of each row that cannot be written
 */
export async function writeApart<Row>(
  rows: readonly Row[],
  write: (rows: readonly Row[]) => Promise<void>,
  refused: (row: Row, error: DataRefusedError) => void,
): Promise<void> {
  if (rows.length === 0) return;
  try {
    await write(rows);
  } catch (error) {
    if (!(error instanceof DataRefusedError)) throw error;
    if (rows.length === 1) return refused(rows[0]!, error);
    const middle = rows.length >> 1;
    await writeApart(rows.slice(0, middle), write, refused);
    await writeApart(rows.slice(middle), write, refused);
  }
}

/** Rows in as many rounds as the commonest key has rows, in order, so that no round has a key twice. */
export function inRounds<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Row[][] {
  const rounds: Row[][] = [];
  const times = new Map<string, number>();
  for (const row of rows) {
    const key = keyOf(row);
    const round = times.get(key) ?? 0;
    times.set(key, round + 1);
    (rounds[round] ??= []).push(row);
  }
  return rounds;
}

export function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
