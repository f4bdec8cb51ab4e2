import { types } from 'node:util';
import { isRichObject, richMembers } from './rich-values.js';

/** A value takes no more than this for each of its parts, its commas and tags included. */
const PART = 32;
/** bytes that one UTF-16 unit can take in JSON: `\u0000` */
const UNIT = 6;

/**
 * Whether a value certainly takes at most this many bytes in any form. Cheap and conservative: a value for which it answers
 * false has to be measured.
 * @param rich it may hold more than plain JSON
 */
export function surelyFits(value: unknown, bytes: number, rich: boolean): boolean {
  return spend(value, bytes, rich) >= 0;
}

/** The rest of the budget; below 0 = exceeded. */
function spend(value: unknown, budget: number, rich: boolean): number {
  if (typeof value === 'string') return budget - PART - value.length * UNIT;
  if (typeof value === 'bigint') return budget - PART - value.toString().length;
  if (typeof value !== 'object' || value === null) return budget - PART;
  let left = budget - PART;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index++) left = spend(value[index], left, rich);
    return left;
  }
  if (rich && isRichObject(value)) return spendRich(value, left);
  for (const key in value) {
    left = spend((value as Record<string, unknown>)[key], left - key.length * UNIT, rich);
    if (left < 0) break;
  }
  return left;
}

function spendRich(value: object, budget: number): number {
  if (types.isUint8Array(value)) return budget - value.length * 2;
  let left = budget;
  for (const [, member] of richMembers(value) ?? []) {
    left = spend(member, left, true);
    if (left < 0) break;
  }
  return left;
}
