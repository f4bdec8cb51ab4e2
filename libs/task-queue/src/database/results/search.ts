import { z } from 'zod';
import { InvalidOptionError, UnknownOptionError } from '../../core/errors/option-errors.js';
import { hydrate, type ColumnSpec, type ColumnTable } from './columns.js';
import type { ResultDatabase } from './result-database.js';

/** The SQL of each filter; `$` is the place of its value. */
export type Conditions<F> = { readonly [K in keyof F]-?: string };

/** A table that is searched newest first, a page at a time. */
export interface Searched<T extends object, F> {
  readonly type: new () => T;
  readonly table: string;
  readonly columns: ColumnTable<T>;
  readonly conditions: Conditions<F>;
  /** the column that orders the table */
  readonly time: string;
  /** a condition of every search */
  readonly always: string;
}

export interface Page {
  /** rows of a page; default 50, at most 1000 */
  readonly limit?: number;
  /** `next` of the previous page */
  readonly cursor?: string;
}

export interface Found<T> {
  readonly rows: readonly T[];
  /** the cursor of the next page; null = this is the last */
  readonly next: string | null;
}

/** `timestamptz::text` in DateStyle ISO. PostgreSQL refuses other texts, such as an impossible date, with an error. */
const CURSOR_TIME = /^(\d{4}-\d\d-\d\d) (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?[+-](?:0\d|1[0-5])(?::[0-5]\d)?$/;
const isoDate = z.iso.date();

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

/**
 * A page of the rows that match a filter. The next page begins after the instant and id of the last row, so that rows which are
 * added or removed meanwhile do not shift it.
 * @throws UnknownOptionError · InvalidOptionError
 */
export async function search<T extends object, F extends object>(
  database: ResultDatabase,
  { type, table, columns, conditions, time, always }: Searched<T, F>,
  { limit = DEFAULT_LIMIT, cursor, ...filter }: F & Page,
): Promise<Found<T>> {
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new InvalidOptionError('limit', limit, `a whole number from 1 to ${MAX_LIMIT}`);
  const values: unknown[] = [];
  const put = (value: unknown): string => `$${values.push(value)}`;
  const where = [always, ...wheres(conditions, filter as Record<string, unknown>, put)];
  if (cursor !== undefined) {
    const { at, id } = readCursor(cursor);
    where.push(`(${time}, task_id) < (${put(at)}::timestamptz, ${put(id)}::text)`);
  }
  const sql = `select ${selected(columns)}, ${time}::text as cursor_time from ${database.schema}.${table}
    where ${where.join(' and ')} order by ${time} desc, task_id desc limit ${put(limit + 1)}::integer`;
  const rows = await database.query<Record<string, unknown>>('Searching results', sql, values);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return { rows: rows.slice(0, limit).map((row) => hydrate(type, columns, row)), next: last === undefined ? null : writeCursor(last) };
}

function wheres(
  conditions: Readonly<Record<string, string>>,
  filter: Readonly<Record<string, unknown>>,
  put: (value: unknown) => string,
): string[] {
  const known = Object.keys(conditions);
  return Object.entries(filter).flatMap(([name, value]) => {
    const condition = conditions[name];
    if (condition === undefined) throw new UnknownOptionError(name, 'The search', [...known, 'limit', 'cursor']);
    if (value === undefined) return [];
    checkValue(name, value);
    return [condition.replaceAll('$', put(value))];
  });
}

function checkValue(name: string, value: unknown): void {
  if (name === 'from' || name === 'to') {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) throw new InvalidOptionError(name, value, 'a valid Date');
  } else if (typeof value !== 'string' || value.includes('\0')) throw new InvalidOptionError(name, value, 'a text');
}

function selected(columns: Readonly<Record<string, ColumnSpec>>): string {
  return Object.values(columns)
    .map(({ name }) => name)
    .join(', ');
}

function writeCursor(row: Readonly<Record<string, unknown>>): string {
  return Buffer.from(JSON.stringify([row['cursor_time'], row['task_id']])).toString('base64url');
}

function readCursor(cursor: string): { readonly at: string; readonly id: string } {
  try {
    const [at, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [unknown, unknown];
    const [, date] = CURSOR_TIME.exec(String(at)) ?? [];
    if (typeof at === 'string' && isoDate.safeParse(date).success && typeof id === 'string' && !id.includes('\0')) return { at, id };
  } catch {
    // The error below says so.
  }
  throw new InvalidOptionError('cursor', cursor, "the 'next' of a page before");
}
