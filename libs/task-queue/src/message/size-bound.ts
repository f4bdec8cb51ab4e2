import { types } from 'node:util';

/** A value takes no more than this for each of its parts, its commas and tags included. */
const PART = 32;
/** bytes that one UTF-16 unit can take in JSON: `\u0000` */
const UNIT = 6;

/**
 * Whether a value surely takes no more than so many bytes, however it is written. Cheap, and too careful: what it does
 * not know to be small has to be measured.
 */
export function surelyFits(value: unknown, bytes: number): boolean {
  return spend(value, bytes) >= 0;
}

/** What is left of the budget; below 0 it is spent. */
function spend(value: unknown, budget: number): number {
  if (typeof value === 'string') return budget - PART - value.length * UNIT;
  if (typeof value === 'bigint') return budget - PART - value.toString().length;
  if (typeof value !== 'object' || value === null) return budget - PART;
  if (types.isUint8Array(value)) return budget - PART - value.length * 2;
  let left = budget - PART;
  if (Array.isArray(value) || types.isSet(value)) {
    for (const item of value) if ((left = spend(item, left)) < 0) return left;
    return left;
  }
  if (types.isMap(value)) {
    for (const pair of value) if ((left = spend(pair, left)) < 0) return left;
    return left;
  }
  for (const key of Object.keys(value)) {
    left = spend((value as Record<string, unknown>)[key], left - key.length * UNIT);
    if (left < 0) return left;
  }
  return left;
}
