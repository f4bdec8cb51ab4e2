import { z } from 'zod';

const MOST = 200;
const DEFAULT = 50;

/** What every store can keep: PostgreSQL has no NUL, UTF-8 no half of a pair. */
export const text = z.string().refine((given) => !given.includes('\0') && given.isWellFormed());

/** Of a list: how many, and from where. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(MOST).default(DEFAULT).describe(`a whole number from 1 to ${MOST}`),
  cursor: text.min(1).max(500).optional().describe("'next' of the page before"),
};

/** In a query. */
export const flag = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .describe("'true' or 'false'");

export const word = text.min(1).max(500).describe('a text of 1 to 500 characters');

/** In answers. */
export const instant = z.iso.datetime().describe('an instant in UTC');

/** A page of a list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('`cursor` of the next page; null = this was the last'),
  });
}

export function toIso(ms: number): string;
export function toIso(ms: number | null): string | null;
export function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
