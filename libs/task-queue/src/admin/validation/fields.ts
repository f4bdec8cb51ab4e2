import { z } from 'zod';
import { objectField } from '../../core/options/check-options.js';

const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

/** A string that every store can keep: PostgreSQL accepts no NUL, and UTF-8 has no lone surrogates. */
export const text = z.string().refine((given) => !given.includes('\0') && given.isWellFormed());

/** Query parameters of a list. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT).describe(`a whole number from 1 to ${MAX_LIMIT}`),
  cursor: text.min(1).max(500).optional().describe("the 'next' of the previous page"),
};

/** A boolean in a query. */
export const flag = z
  .enum(['true', 'false'])
  .transform((given) => given === 'true')
  .describe("'true' or 'false'");

export const word = text.min(1).max(500).describe('a string of 1 to 500 characters');

/** Not read key by key: its content is the application's. */
export const jsonObject = objectField.meta({ type: 'object', additionalProperties: {}, description: 'an object' });

export const duration = z.union([z.number().min(0), z.string().max(100)]).describe("milliseconds, or a string such as '30s', '5m' or '1d'");

/** An instant in a query, read as a Date. */
export const date = z.iso
  .datetime({ offset: true })
  .transform((given) => new Date(given))
  .describe('an ISO 8601 instant with an offset');

/** An instant in an answer. */
export const instant = z.iso.datetime().describe('an instant in UTC');

/** One page of a list. */
export function pageOf<S extends z.ZodType>(item: S) {
  return z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('`cursor` of the next page; null on the last page'),
  });
}

/** A copy without the fields that are undefined. */
export function definedOnly<T extends object>(given: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as never;
}

export function toIso(ms: number): string;
export function toIso(ms: number | null): string | null;
export function toIso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
