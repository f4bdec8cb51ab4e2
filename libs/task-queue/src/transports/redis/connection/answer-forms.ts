import type { ScriptName } from './scripts.js';

type Form = (answer: unknown, args: readonly string[]) => boolean;

/**
 * Whether an answer can be the script's own. Behind a proxy that loses bytes, an answer can be a part of another one; read as
 * it is, it would end a settlement wrongly.
 */
export function fits(script: ScriptName, answer: unknown, args: readonly string[]): boolean {
  return FORMS[script]?.(answer, args) ?? true;
}

const isText = (one: unknown): one is string => typeof one === 'string';
const isTexts = (one: unknown): one is string[] => Array.isArray(one) && one.every(isText);
const isNumber = (one: unknown): boolean => typeof one === 'number';
/** '' = the same for all */
const isFlags = (one: unknown, count: number): boolean => one === '' || (isText(one) && one.length === count && /^[0-9]+$/.test(one));
const isPairs = (all: readonly unknown[]): boolean => all.length % 2 === 0 && all.every(isText);

/** What `put` answers about each publication, and the holders of unique keys as JSON. */
const isReceipts = (one: unknown, count: number): boolean =>
  one === '' || (isText(one) && isFlags(one.slice(0, count), count) && (one.length === count || one[count] === '['));

const isReceive: Form = (answer) => {
  if (!Array.isArray(answer) || answer.length % 6 !== 3 || !answer.slice(0, 3).every(isNumber)) return false;
  for (let at = 3; at < answer.length; at += 6) {
    const [queue, ids, bodies, priorities, counts, marks] = answer.slice(at, at + 6) as unknown[];
    if (!isNumber(queue) || !isTexts(ids) || !isTexts(bodies) || bodies.length !== ids.length) return false;
    if (!isFlags(priorities, ids.length) || !isFlags(marks, ids.length)) return false;
    if (counts !== '' && !(Array.isArray(counts) && counts.length === ids.length)) return false;
  }
  return true;
};

const isOfText: Form = (answer) => isText(answer);
const isOfTexts: Form = (answer) => isTexts(answer);
/** Each is a text or null. */
const isOfRecords: Form = (answer) => Array.isArray(answer) && answer.every((one) => one === null || isText(one));

const FORMS: Partial<Record<ScriptName, Form>> = {
  receive: isReceive,
  receivePlain: (answer, args) => answer === 0 || isReceive(answer, args),
  settle: (answer) =>
    Array.isArray(answer) &&
    (answer[0] === '' || isFlags(answer[0], String(answer[0]).length)) &&
    (answer[1] === '' || Array.isArray(answer[1])) &&
    isPairs(answer.slice(2)),
  extend: (answer, args) => Array.isArray(answer) && isFlags(answer[0], args.length - 2) && isPairs(answer.slice(1)),
  publishOne: (answer) => answer === '' || answer === '1',
  publishPlain: (answer, args) => isReceipts(answer, (args.length - 4) / 3),
  publish: (answer, args) => isReceipts(answer, (args.length - 4) / 3),
  publishFate: (answer) => answer === null || isText(answer),
  saveResult: isOfText,
  loadResults: isOfRecords,
  watchResults: isOfRecords,
  arrive: (answer) => Array.isArray(answer) && answer.every((one) => Array.isArray(one) && one.length === 4),
  loadJoin: isOfTexts,
  completeJoins: isOfTexts,
  knownQueues: isOfTexts,
  paused: isOfText,
};
