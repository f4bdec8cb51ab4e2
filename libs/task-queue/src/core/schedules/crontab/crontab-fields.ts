import { didYouMean } from '../../errors/did-you-mean.js';
import { InvalidScheduleError } from '../../errors/schedule-errors.js';

export const FIELD_NAMES = ['second', 'minute', 'hour', 'dayOfMonth', 'monthOfYear', 'dayOfWeek'] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(' ');

/** Represents the last day of any month among the days of a month. */
export const LAST_DAY = 32;

interface FieldRules {
  readonly min: number;
  readonly max: number;
  /** names of the numbers from `min` on; an abbreviation needs at least three letters */
  readonly names?: readonly string[];
}

const RULES: Record<FieldName, FieldRules> = {
  second: { min: 0, max: 59 },
  minute: { min: 0, max: 59 },
  hour: { min: 0, max: 23 },
  dayOfMonth: { min: 1, max: 31 },
  monthOfYear: { min: 1, max: 12, names: MONTHS },
  dayOfWeek: { min: 0, max: 6, names: WEEKDAYS },
};

/** Maximum length of a field. All values of a minute, with two digits and spaces, take 238 characters. */
const MAX_FIELD = 1_000;
/** Longer fields are stored as their values, so that they fit a unique index. */
const LONG_FIELD = 100;

const PART = /^(?:(?<all>[*?])|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\w+))?$/;

/**
 * The values of one field, ascending. The grammar is Celery's (`*`, numbers, names, lists, steps, and ranges that may wrap
 * around, such as `fri-mon`), with `5/15` for "from 5 on", 7 for Sunday, `?` for `*`, and `L` for the last day of a month.
 * @throws InvalidScheduleError
 */
export function parseField(name: FieldName, text: string): number[] {
  if (text.length > MAX_FIELD) throw new InvalidScheduleError(name, text, `It takes at most ${MAX_FIELD} characters.`);
  const values = text.split(',').flatMap((part) => parsePart(name, part.trim().toLowerCase(), text));
  return [...new Set(values)].sort((a, b) => a - b);
}

/** A field as it is stored: as it was written, or its values where that is long. */
export function storedField(name: FieldName, text: string): string {
  return text.length > LONG_FIELD ? fieldOf(name, parseField(name, text)) : text;
}

/** The shortest list of values that every reader of crontabs knows. */
export function fieldOf(name: FieldName, values: readonly number[]): string {
  if (isFull(name, values)) return '*';
  return values.map((value) => (name === 'dayOfMonth' && value === LAST_DAY ? 'L' : value)).join(',');
}

/** Whether the field matches every value. */
export function isFull(name: FieldName, values: readonly number[]): boolean {
  const { min, max } = RULES[name];
  return values.filter((value) => value <= max).length === max - min + 1;
}

function parsePart(name: FieldName, part: string, text: string): number[] {
  if (name === 'dayOfMonth' && part === 'l') return [LAST_DAY];
  const { all, from, to, step } = PART.exec(part)?.groups ?? {};
  if (all === undefined && from === undefined) throw unreadable(name, text, part);
  const { min, max } = RULES[name];
  const values = all !== undefined ? range(min, max) : span(name, text, from!, to ?? (step === undefined ? from! : undefined));
  if (step === undefined) return values;
  const stride = parseStep(name, text, step, max - min + 1);
  return values.filter((_, index) => index % stride === 0);
}

/** `from-to`. When `to` is less than `from`, the range wraps around: 22-2 is 22, 23, 0, 1, 2. Without `to` it ends at the maximum. */
function span(name: FieldName, text: string, from: string, to: string | undefined): number[] {
  const { min, max } = RULES[name];
  const first = parseValue(name, text, from);
  const last = to === undefined ? max : parseValue(name, text, to);
  return first <= last ? range(first, last) : [...range(first, max), ...range(min, last)];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function parseValue(name: FieldName, text: string, word: string): number {
  const { min, max, names = [] } = RULES[name];
  if (/^\d+$/.test(word)) {
    const value = name === 'dayOfWeek' && Number(word) === 7 ? 0 : Number(word);
    if (value >= min && value <= max) return value;
    throw new InvalidScheduleError(name, text, `${word} is not from ${min} to ${max}.`);
  }
  const index = word.length < 3 ? -1 : names.findIndex((full) => full.startsWith(word));
  if (index === -1) throw unreadable(name, text, word);
  return min + index;
}

function parseStep(name: FieldName, text: string, word: string, size: number): number {
  const step = Number(word);
  if (/^\d+$/.test(word) && step >= 1 && step <= size) return step;
  const instead = step > size ? ' For a longer interval use every().' : '';
  throw new InvalidScheduleError(name, text, `The step '/${word}' is not a whole number from 1 to ${size}.${instead}`);
}

/** Forms of other schedulers. */
const FOREIGN: readonly (readonly [form: RegExp, what: string])[] = [
  [/^(?:\d+w|lw|wl)$/, "'W', the nearest weekday,"],
  [/^\w+#\d*$/, "'#', a weekday by its number in the month,"],
  [/^(?:\d+|sun|mon|tue|wed|thu|fri|sat)?l$/, "'L' with a number or a weekday"],
  [/^h(?:\(.*\))?$/, "'H', a value by hash,"],
];

function unreadable(name: FieldName, text: string, word: string): InvalidScheduleError {
  const foreign = FOREIGN.find(([form]) => form.test(word));
  if (foreign !== undefined) {
    const alone = name === 'dayOfMonth' ? " 'L' alone is the last day of the month." : '';
    return new InvalidScheduleError(name, text, `'${word}' cannot be read: ${foreign[1]} does not exist here.${alone}`);
  }
  const { min, max, names = [] } = RULES[name];
  const known = names.length > 0 && /^[a-z]+$/.test(word) ? didYouMean(word, [...names, ...names.map((full) => full.slice(0, 3))]) : '';
  const grammar = `It takes *, numbers from ${min} to ${max}${names.length > 0 ? ' or names' : ''}, lists (1,2), ranges (1-5) and steps (*/2).`;
  return new InvalidScheduleError(name, text, `'${word}' cannot be read.${known === '' ? ` ${grammar}` : known}`);
}
