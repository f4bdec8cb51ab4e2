import { didYouMean } from '../errors/did-you-mean.js';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import type { Duration } from '../message/duration.js';
import { clocked } from './clocked.js';
import { cron, crontab, type CrontabInput } from './crontab/crontab.js';
import { refuseLarge } from './exclusions.js';
import { every, type IntervalOptions } from './interval.js';
import type { Moment } from './moment.js';
import type { Schedule, SolarEvent } from './schedule.js';
import type { CrontabOptions, RecurrenceOptions } from './schedule-options.js';
import { solar } from './solar/solar.js';

export interface SolarInput {
  event: SolarEvent;
  latitude: number;
  longitude: number;
}

/** A schedule as people write it: a cron line, the result of a constructor, or an object that names one kind. */
export type ScheduleInput =
  | string
  | Schedule
  | ({ cron: string } & CrontabOptions)
  | ({ crontab: CrontabInput } & CrontabOptions)
  | ({ every: Duration } & IntervalOptions)
  | ({ solar: SolarInput } & RecurrenceOptions)
  | { clocked: Moment; timezone?: string };

type Fields = Record<string, unknown>;

/** The input may come from anywhere. The constructors check its types, hence the casts. */
const KINDS: Record<string, (value: unknown, options: object) => Schedule> = {
  cron: (line, options) => cron(line as string, options),
  crontab: (fields, options) => crontab({ ...toObject('crontab', fields), ...options }),
  every: (interval, options) => every(interval as Duration, options),
  solar: (sun, options) => {
    const { event, latitude, longitude, ...rest } = toObject('solar', sun);
    return solar(event as SolarEvent, latitude as number, longitude as number, { ...rest, ...options });
  },
  clocked: (at, options) => clocked(at as Moment, options),
};

/** Parsers of stored schedules, by `type`. */
const STORED: Record<Schedule['type'], (fields: Fields) => Schedule> = {
  crontab: (fields) => crontab(fields),
  interval: ({ every: interval, ...options }) => every(interval as number, options),
  solar: (fields) => KINDS['solar']!(fields, {}),
  clocked: ({ at, ...options }) => clocked(at as number, options),
};

/**
 * Checks a schedule from a decorator, a configuration, a request or a store.
 * @throws InvalidScheduleError · ScheduleNeverDueError · UnknownTimezoneError · UnknownOptionError · InvalidOptionError
 */
export function toSchedule(input: ScheduleInput): Schedule {
  if (typeof input === 'string') return cron(input);
  const fields = withCheckedExclusions(toObject('schedule', input));
  return 'type' in fields ? fromStored(fields) : fromKind(fields);
}

function fromStored({ type, ...fields }: Fields): Schedule {
  const name = typeof type === 'string' ? type : '';
  if (Object.hasOwn(STORED, name)) return STORED[name as Schedule['type']](fields);
  throw new InvalidScheduleError('type', type, `There is no such kind.${didYouMean(name, Object.keys(STORED))}`);
}

function fromKind(fields: Fields): Schedule {
  const kinds = Object.keys(KINDS).filter((name) => fields[name] !== undefined && fields[name] !== null);
  const [kind] = kinds;
  if (kind !== undefined && kinds.length === 1) {
    const options = Object.entries(fields).filter(([name]) => !Object.hasOwn(KINDS, name));
    return KINDS[kind]!(fields[kind], Object.fromEntries(options));
  }
  const rule = `It names exactly one of ${Object.keys(KINDS).join(', ')}`;
  if (kinds.length > 1) throw new InvalidScheduleError('schedule', fields, `${rule}; this one names ${kinds.join(' and ')}.`);
  const unknown = Object.keys(fields).find((name) => !Object.hasOwn(KINDS, name));
  throw new InvalidScheduleError('schedule', fields, `${rule}.${unknown === undefined ? '' : didYouMean(unknown, Object.keys(KINDS))}`);
}

/** Checks the schedules within the calendar too: they may come from a store. */
function withCheckedExclusions(fields: Fields): Fields {
  const except = fields['except'] as { readonly schedules?: unknown } | null | undefined;
  if (!Array.isArray(except?.schedules)) return fields;
  refuseLarge(except);
  return { ...fields, except: { ...except, schedules: except.schedules.map((schedule: ScheduleInput) => toSchedule(schedule)) } };
}

function toObject(part: string, value: unknown): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  const takes = part === 'schedule' ? "a cron line, or an object such as { every: '30s' }" : 'an object';
  throw new InvalidScheduleError(part, value, `It takes ${takes}.`);
}
