import { z } from 'zod';
import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import { COMPRESSION_NAMES } from '../message/content-options.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import type { ErrorClass } from '../ports/task/task-handler.js';
import { intervalOf, isNoLimit, RATE_FORM, type Rate } from './rate.js';

/**
 * Checks all options. Each field of the schema describes its valid values in `describe()`; the error contains this text:
 * "Option 'priority' must be a whole number from 0 to 9; got 11."
 * @param where whose options they are, for the error of an unknown one, such as "@Task({ name: 'a' })"
 * @throws UnknownOptionError · InvalidOptionError
 */
export function checkOptions<S extends z.ZodObject>(schema: S, input: object, where: string): z.output<S> {
  const known = Object.keys(schema.shape);
  for (const key of Object.keys(input)) {
    if (!known.includes(key)) throw new UnknownOptionError(key, where, known);
  }
  const checked = schema.safeParse(input);
  if (checked.success) return checked.data;
  const name = String(checked.error.issues[0]?.path[0] ?? '?');
  const field = schema.shape[name] as z.ZodType | undefined;
  throw new InvalidOptionError(name, (input as Record<string, unknown>)[name], describe(field));
}

function describe(field: z.ZodType | undefined): string {
  return field?.description ?? 'as documented';
}

/** A duration that arrives as ms or text and leaves as ms. */
export function durationField(what = 'a duration'): z.ZodType<number, Duration> {
  return z
    .custom<Duration>((value) => {
      try {
        toMilliseconds(value as Duration, 'duration');
        return true;
      } catch {
        return false;
      }
    })
    .transform((value) => toMilliseconds(value, 'duration'))
    .describe(`${what}: a number of milliseconds that is not negative, or text such as '30s', '5m', '1d'`);
}

/** A rate that leaves as ms from one to the next; null = no limit. */
export const rateField = z
  .custom<Rate>((value) => isNoLimit(value) || intervalOf(value) !== undefined)
  .transform((value) => intervalOf(value) ?? null)
  .describe(RATE_FORM);

/** A plain object, whose fields are not checked. */
export const objectField = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value) && isPlain(value),
);

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

export const countField = z.int().min(0).describe('a whole number that is not negative');
export const positiveField = z.int().min(1).describe('a whole number of at least 1');
export const flagField = z.boolean().describe('true or false');
export const nameField = z.string().min(1).describe('a text that is not empty');
export const namesField = z.array(z.string().min(1)).readonly().describe('a list of texts that are not empty');
export const priorityField = z.int().min(0).max(9).describe('a whole number from 0 to 9 (higher first)');
export const compressionField = z.enum([...COMPRESSION_NAMES, 'none']).describe("'gzip', 'brotli' or 'none'");
export const errorClassesField = z
  .array(z.custom<ErrorClass>((value) => typeof value === 'function'))
  .readonly()
  .describe('a list of error classes');
