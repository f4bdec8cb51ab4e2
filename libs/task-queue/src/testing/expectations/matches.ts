import { isDeepStrictEqual, types } from 'node:util';

/** An asymmetric matcher of jest or vitest, such as `expect.any(String)`. */
export interface Matcher {
  asymmetricMatch(actual: unknown): boolean;
}

/** A value, in which matchers may replace any part. */
export type Expectable<T> = T | Matcher | (T extends object ? { readonly [K in keyof T]: Expectable<T[K]> } : never);

/** {@link Expectable} for each argument; names, optional and rest parameters are kept. */
export type ExpectableArgs<A extends readonly unknown[]> = { [K in keyof A]: Expectable<A[K]> };

/**
 * Whether a sent value equals the expected one. Objects are compared by their properties and not by their class, which a
 * message does not carry. Matchers of jest and vitest, such as `expect.any(String)`, are supported.
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

/** The arguments as a message carries them: without trailing undefined ones. */
export function carried(args: readonly unknown[]): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  return args.slice(0, length);
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Matcher>).asymmetricMatch === 'function';
}

/** An object that consists only of its properties. */
function isBag(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(types.isDate(value) || types.isMap(value) || types.isSet(value) || ArrayBuffer.isView(value));
}

/** A Buffer and a Uint8Array with the same bytes are equal. */
function bytesOf(value: unknown): unknown {
  return ArrayBuffer.isView(value) ? [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] : value;
}
