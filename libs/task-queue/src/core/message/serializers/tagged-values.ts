import { types } from 'node:util';
import { ContentFault } from '../content-fault.js';
import { MAX_BIGINT_DIGITS } from '../rich-values.js';

/** Deeper than any value that was sent: a Map takes three levels of one. */
const MAX_DEPTH = 400;

/** How bytes are written: as text, or left to a format that has them. */
export type Bytes = 'base64' | 'as-is';

/**
 * The value as a tree of what every format has. A Date, bigint, Map, Set or bytes becomes an object with one key that
 * begins with `$`; an object of the user's own that looks like one is wrapped in `$literal`, so that it comes back as it was.
 * @param value passed `findJsonProblem` as a rich one
 */
export function toTagged(value: unknown, bytes: Bytes): unknown {
  if (typeof value === 'bigint') return { $bigint: value.toString() };
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => toTagged(item, bytes));
  if (types.isDate(value)) return { $date: value.toISOString() };
  if (types.isMap(value)) return { $map: Array.from(value, ([key, held]) => [toTagged(key, bytes), toTagged(held, bytes)]) };
  if (types.isSet(value)) return { $set: Array.from(value, (held) => toTagged(held, bytes)) };
  if (types.isUint8Array(value)) return bytes === 'as-is' ? value : { $bytes: asBuffer(value).toString('base64') };
  const tree: Record<string, unknown> = {};
  for (const key of Object.keys(value)) tree[key] = toTagged((value as Record<string, unknown>)[key], bytes);
  return tagOf(Object.keys(tree)) === undefined ? tree : { $literal: tree };
}

/**
 * The value of such a tree, which is changed in place.
 * @throws ContentFault for whatever {@link toTagged} never makes
 */
export function fromTagged(tree: unknown, depth = 0): unknown {
  if (typeof tree !== 'object' || tree === null) return tree;
  if (depth > MAX_DEPTH) throw new ContentFault('malformed', `it is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(tree)) {
    for (let index = 0; index < tree.length; index++) tree[index] = fromTagged(tree[index], depth + 1);
    return tree as unknown[];
  }
  if (types.isUint8Array(tree)) return asBuffer(tree);
  if (Object.prototype.toString.call(tree) !== '[object Object]') throw new ContentFault('malformed', 'it has a value that is no data');
  const keys = Object.keys(tree);
  const tag = tagOf(keys);
  if (tag === undefined) return reviveMembers(tree as Record<string, unknown>, keys, depth);
  const revive = REVIVERS[tag];
  if (revive === undefined) throw new ContentFault('malformed', `it has the unknown tag '${tag}'`);
  return revive((tree as Record<string, unknown>)[tag], depth + 1);
}

function reviveMembers(tree: Record<string, unknown>, keys: readonly string[], depth: number): Record<string, unknown> {
  for (const key of keys) {
    if (key === '__proto__') throw new ContentFault('malformed', "it has a property '__proto__'");
    tree[key] = fromTagged(tree[key], depth + 1);
  }
  return tree;
}

/** The tag of an object with these keys: its only one, if that begins with `$`. */
function tagOf(keys: readonly string[]): string | undefined {
  return keys.length === 1 && keys[0]!.startsWith('$') ? keys[0] : undefined;
}

const REVIVERS: Readonly<Record<string, (held: unknown, depth: number) => unknown>> = {
  $date: (held) => {
    const date = new Date(typeof held === 'string' ? held : Number.NaN);
    return Number.isNaN(date.getTime()) ? refuse('$date') : date;
  },
  // The length is bounded because reading digits takes more than linear time.
  $bigint: (held) =>
    typeof held === 'string' && held.length <= MAX_BIGINT_DIGITS + 1 && /^-?\d+$/.test(held) ? BigInt(held) : refuse('$bigint'),
  $map: (held, depth) => {
    if (!Array.isArray(held) || !held.every((pair) => Array.isArray(pair) && pair.length === 2)) return refuse('$map');
    return new Map(fromTagged(held, depth) as [unknown, unknown][]);
  },
  $set: (held, depth) => (Array.isArray(held) ? new Set(fromTagged(held, depth) as unknown[]) : refuse('$set')),
  $bytes: (held) => (typeof held === 'string' ? Buffer.from(held, 'base64') : refuse('$bytes')),
  $literal: (held, depth) => {
    if (typeof held !== 'object' || held === null || Array.isArray(held)) return refuse('$literal');
    return reviveMembers(held as Record<string, unknown>, Object.keys(held), depth);
  },
};

function refuse(tag: string): never {
  throw new ContentFault('malformed', `it has a tag '${tag}' whose value is not one of that kind`);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
