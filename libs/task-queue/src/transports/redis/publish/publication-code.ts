import type { Publication } from '../../../core/ports/broker/publication.js';
import type { RateLimit } from '../../../core/ports/broker/rate-limit.js';
import type { UniqueKey } from '../../../core/message/unique-key.js';

type Due = { readonly delay: number } | { readonly eta: number };

/**
 * The fields that a script needs, in one short argument: `<priority><kind><due>`, and for a unique key `|<on conflict><until><ms>:<key>`
 * (see scripts/parts). Kinds: `t` traced, `-` not; `T` and `U` the same with a unique key; `L` and `M` the same with a limit. The limit
 * comes before the unique key, if there is one: `|<interval>,<expiry>,<bytes of the key>,<key>`.
 */
export function encodePublication({ priority, traced, due, unique, limit }: Publication): string {
  if (limit !== undefined) {
    const head = `${priority}${traced ? 'L' : 'M'}${due === undefined ? '' : encodeDue(due)}|${encodeLimit(limit)}`;
    return unique === undefined ? head : head + encodeUniqueKey(unique);
  }
  if (unique !== undefined) {
    return `${priority}${traced ? 'T' : 'U'}${due === undefined ? '' : encodeDue(due)}|${encodeUniqueKey(unique)}`;
  }
  if (due === undefined) return traced ? TRACED[priority]! : PLAIN[priority]!;
  return (traced ? TRACED[priority]! : PLAIN[priority]!) + encodeDue(due);
}

/** `+<delay>` or `@<eta>`, in whole ms. */
export function encodeDue(due: Due): string {
  return 'delay' in due ? `+${Math.ceil(due.delay)}` : `@${Math.ceil(due.eta)}`;
}

function encodeLimit({ key, intervalMs, expires }: RateLimit): string {
  return `${intervalMs},${expires === undefined ? '' : Math.ceil(expires)},${Buffer.byteLength(key)},${key}`;
}

function encodeUniqueKey({ key, expires, until, onConflict }: UniqueKey): string {
  return `${ON_CONFLICT[onConflict]}${UNTIL[until]}${expires === null ? '' : Math.ceil(expires)}:${key}`;
}

const ON_CONFLICT = { existing: 'e', reject: 'r', replace: 'p' } as const;
const UNTIL = { start: 's', end: 'e', expiry: 't' } as const;
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const PLAIN = DIGITS.map((digit) => `${digit}-`);
const TRACED = DIGITS.map((digit) => `${digit}t`);
