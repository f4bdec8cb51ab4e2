import type { Publication } from '../../ports/broker.js';

type Due = { readonly delay: number } | { readonly eta: number };

/** What a script acts on, in one short argument: `<priority><t|->[+<delay>|@<eta>]` (see `put` in scripts/prelude.lua). */
export function encodePublication(publication: Publication): string {
  const { priority, traced, due } = publication;
  if (due === undefined) return traced ? TRACED[priority]! : PLAIN[priority]!;
  return (traced ? TRACED[priority]! : PLAIN[priority]!) + encodeDue(due);
}

/** `+<delay>` or `@<eta>`, in whole ms. */
export function encodeDue(due: Due): string {
  return 'delay' in due ? `+${Math.ceil(due.delay)}` : `@${Math.ceil(due.eta)}`;
}

const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const PLAIN = DIGITS.map((digit) => `${digit}-`);
const TRACED = DIGITS.map((digit) => `${digit}t`);
