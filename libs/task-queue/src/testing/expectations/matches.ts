import { isDeepStrictEqual, types } from 'node:util';

/** What jest and vitest make of `expect.any(String)` and its like. */
export interface Matcher {
  asymmetricMatch(actual: unknown): boolean;
}

/** A value, or one in which matchers stand for what need not be exact. */
export type Expectable<T> = T | Matcher | (T extends object ? { readonly [K in keyof T]: Expectable<T[K]> } : never);

/** {@link Expectable} for each of some arguments; their names, `?` and rest are kept. */
export type ExpectableArgs<A extends readonly unknown[]> = { [K in keyof A]: Expectable<A[K]> };

/**
 * Whether a value that has travelled is the expected one. Objects are compared by what they hold and not by their class,
 * which does not travel; matchers such as `expect.any(String)` of jest and vitest are asked.
 */
export function matches(actual: unknown, expected: unknown): boolean {
  if (isMatcher(expected)) return expected.asymmetricMatch(actual);
  if (Array.isArray(actual) && Array.isArray(expected)) {
    return actual.length === expected.length && expected.every((value, index) => matches(actual[index], value));
  }
  if (!isBag(actual) || !isBag(expected)) return isDeepStrictEqual(bytesOf(actual), bytesOf(expected));
  const keys = Object.keys(expected);
  return keys.length === Object.keys(actual).length && keys.every((key) => key in actual && matches(actual[key], expected[key]));
}

/** The arguments as they travel: optional ones at the end that were not given are left out. */
export function carried(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Matcher>).asymmetricMatch === 'function';
}

/** An object that is nothing but its properties. */
function isBag(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(types.isDate(value) || types.isMap(value) || types.isSet(value) || ArrayBuffer.isView(value));
}

/** A Buffer and a Uint8Array of the same bytes are the same argument. */
function bytesOf(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : value;
}
