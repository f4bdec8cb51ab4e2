import { z } from 'zod';
import { didYouMean } from '../../errors/did-you-mean.js';
import { InvalidScheduleError, ScheduleNeverDueError } from '../../errors/schedule-errors.js';
import { checkOptions } from '../../options/check-options.js';
import { CrontabClock } from './crontab-clock.js';
import { FIELD_NAMES, storedField, type FieldName } from './crontab-fields.js';
import type { CrontabSchedule } from '../schedule.js';
import { crontabShape, recurrenceOf, zoneOf, type CrontabOptions } from '../schedule-options.js';

/** One field: a string in Celery's grammar, a number, or a list of both. */
export type CrontabField = string | number | readonly (string | number)[];

/** Celery's fields. The default is `*`, and 0 for the second. */
export interface CrontabInput extends CrontabOptions, Partial<Record<FieldName, CrontabField>> {}

/** Maximum number of values in a list, and of characters in a line. */
const MAX_LIST = 200;
const MAX_LINE = 2_000;

const value = z.union([z.string(), z.int()]);
const field = z
  .union([value, z.array(value).min(1).max(MAX_LIST).readonly()])
  .transform(String)
  .optional()
  .describe("a string such as '*/15', 'mon-fri' or '0,30', a whole number, or a list of both");

const optionsSchema = z.object(crontabShape);
const schema = z.object({
  ...(Object.fromEntries(FIELD_NAMES.map((name) => [name, field])) as Record<FieldName, typeof field>),
  ...crontabShape,
});

const MACROS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@hourly': '0 * * * *',
  }),
);

/**
 * A schedule of wall times in Celery's fields: `crontab({ minute: '0,30', hour: '9-17', dayOfWeek: 'mon-fri', timezone: 'Europe/Paris' })`.
 * @throws InvalidScheduleError · ScheduleNeverDueError · UnknownTimezoneError · UnknownOptionError · InvalidOptionError
 */
export function crontab(input: CrontabInput = {}): CrontabSchedule {
  const checked = checkOptions(schema, input, 'crontab()');
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, checked[name] ?? (name === 'second' ? '0' : '*')]));
  return build(fields as Record<FieldName, string>, checked);
}

/**
 * A schedule of wall times as a cron line: five fields, six with the seconds first, or a shorthand such as `@daily`. All fields
 * must match, as in Celery; `dayMatching: 'or'` matches days as cron(8) does.
 * @throws InvalidScheduleError · ScheduleNeverDueError · UnknownTimezoneError · UnknownOptionError · InvalidOptionError
 */
export function cron(line: string, options: CrontabOptions = {}): CrontabSchedule {
  const checked = checkOptions(optionsSchema, options, 'cron()');
  const texts = splitLine(line);
  const names = texts.length === FIELD_NAMES.length ? FIELD_NAMES : FIELD_NAMES.slice(1);
  const fields = Object.fromEntries(names.map((name, index) => [name, texts[index]]));
  return build({ second: '0', ...fields } as Record<FieldName, string>, checked);
}

/** The fields as a cron line, with six fields when the second is not 0. */
export function cronLine(schedule: CrontabSchedule): string {
  const texts = FIELD_NAMES.map((name) => schedule[name].replaceAll(/\s+/g, ''));
  return (schedule.second === '0' ? texts.slice(1) : texts).join(' ');
}

function splitLine(line: string): string[] {
  if (typeof line !== 'string') throw new InvalidScheduleError('cron', line, 'It takes a string of five or six fields.');
  if (line.length > MAX_LINE) throw new InvalidScheduleError('cron', line, `It takes at most ${MAX_LINE} characters.`);
  const text = line.trim();
  const [prefix] = /^(?:CRON_)?TZ=\S*/i.exec(text) ?? [];
  if (prefix !== undefined) {
    throw new InvalidScheduleError('cron', line, `The prefix '${prefix}' does not exist here. Set the zone beside the line: { timezone: '${prefix.split('=')[1]}' }.`); // prettier-ignore
  }
  const macro = MACROS.get(text.toLowerCase());
  if (macro === undefined && text.startsWith('@')) {
    throw new InvalidScheduleError('cron', line, `There is no such shorthand.${didYouMean(text, [...MACROS.keys()])}`);
  }
  const texts = (macro ?? text).split(/\s+/);
  if (texts.length === 5 || texts.length === 6) return texts;
  const found = text === '' ? 0 : texts.length;
  const order = 'minute hour dayOfMonth monthOfYear dayOfWeek';
  throw new InvalidScheduleError('cron', line, `It has ${found} fields instead of five (${order}), or six with the second first.`);
}

function build(texts: Record<FieldName, string>, options: CrontabOptions): CrontabSchedule {
  const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, storedField(name, texts[name])])) as Record<FieldName, string>;
  const schedule: CrontabSchedule = {
    type: 'crontab',
    ...fields,
    dayMatching: options.dayMatching ?? 'and',
    gap: options.gap ?? 'next',
    overlap: options.overlap ?? 'once',
    ...zoneOf(options),
    ...recurrenceOf(options),
  };
  if (CrontabClock.of(schedule).everDue) return schedule;
  throw new ScheduleNeverDueError(cronLine(schedule), `no month of '${fields.monthOfYear}' has a day '${fields.dayOfMonth}'`);
}
