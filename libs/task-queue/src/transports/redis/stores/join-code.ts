import { checkArrival } from '../../../core/ports/stores/join-store.js';
import type { Join, JoinArrival, JoinReceipt } from '../../../core/ports/stores/join-store.js';

/** The answer of `arrive` (scripts/parts/joins.lua) for one join; '' = the join is not open. */
export type JoinAnswer = readonly [join: string, remaining: number | '', inserted: number, completed: number];

/** The arguments of one arrival. @throws InvalidOptionError */
export function encodeArrival(arrival: JoinArrival): string[] {
  checkArrival(arrival);
  return [arrival.join, arrival.member, String(arrival.index), arrival.value];
}

export function readJoinAnswers(answers: readonly JoinAnswer[]): JoinReceipt[] {
  return answers.map(([join, remaining, inserted, completed]) => {
    return { join, remaining: remaining === '' ? null : remaining, inserted, completed: completed === 1 };
  });
}

/** A join from the fields and values of its HASH; null if it is closed or does not exist. */
export function readJoin(id: string, flat: readonly string[]): Join | null {
  const members: { member: string; index: number; value: string }[] = [];
  const own: Record<string, string> = {};
  for (let at = 0; at < flat.length; at += 2) {
    const [field, value] = [flat[at]!, flat[at + 1]!];
    if (!field.startsWith('m')) own[field] = value;
    else members.push({ member: field.slice(1), ...readMember(value) });
  }
  const { expected, remaining, body } = own;
  if (expected === undefined || remaining === undefined || body === undefined) return null;
  members.sort((a, b) => a.index - b.index);
  return { id, expected: Number(expected), remaining: Number(remaining), body, members };
}

function readMember(text: string): { index: number; value: string } {
  const colon = text.indexOf(':');
  return { index: Number(text.slice(0, colon)), value: text.slice(colon + 1) };
}
