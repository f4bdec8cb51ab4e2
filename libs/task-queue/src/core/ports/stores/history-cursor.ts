import { InvalidOptionError } from '../../errors/option-errors.js';

/**
 * The number of the line that a page of history begins before. The cursor may come from a request.
 * @throws InvalidOptionError
 */
export function readHistoryCursor(cursor: string | undefined): number | undefined {
  if (cursor === undefined) return undefined;
  if (!/^\d{1,15}$/.test(cursor)) throw new InvalidOptionError('cursor', cursor, "the 'next' of a previous page");
  return Number(cursor);
}
