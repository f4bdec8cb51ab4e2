/** A value that the database cannot hold. Writers of batches catch it to find the row that has the value. */
export class DataRefusedError extends Error {}

/**
 * Writes rows together. If the database refuses a value, halves the rows until the one with that value is alone.
 * @param refused called for each row that cannot be written
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
