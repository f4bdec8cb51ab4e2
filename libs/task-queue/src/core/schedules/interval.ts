import { z } from 'zod';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import { checkOptions } from '../options/check-options.js';
import { toInstant, type Moment } from './moment.js';
import type { IntervalSchedule } from './schedule.js';
import { recurrenceOf, recurrenceShape, type RecurrenceOptions } from './schedule-options.js';

export interface IntervalOptions extends RecurrenceOptions {
  /** the first tick, from which all others are counted; default 1970-01-01T00:00:00Z, so that `every('1h')` ticks at full hours UTC */
  anchor?: Moment;
}

/** Longer intervals would soon exceed the range of dates. */
const MAX_INTERVAL = 100 * 366 * 86_400_000;

const schema = z.object({ ...recurrenceShape, anchor: z.custom<Moment>().optional() });

/**
 * A schedule in equal intervals of real time: `every('10s')`, `every('1h', { anchor: '2027-01-01T00:20:00Z' })`. A day is
 * 24 hours; for a time of the day use a crontab.
 * @throws InvalidScheduleError · UnknownOptionError · InvalidOptionError
 */
export function every(interval: Duration, options: IntervalOptions = {}): IntervalSchedule {
  const { anchor = 0, except } = checkOptions(schema, options, 'every()');
  const ms = toMilliseconds(interval, 'every');
  if (!Number.isInteger(ms) || ms < 1 || ms > MAX_INTERVAL) {
    throw new InvalidScheduleError('every', interval, 'An interval is a whole number of milliseconds, from 1 to those of 100 years.');
  }
  return { type: 'interval', every: ms, anchor: toInstant(anchor, 'anchor'), ...recurrenceOf({ except }) };
}

/** The first tick of an interval after an instant. */
export function nextInterval({ every: ms, anchor }: IntervalSchedule, after: number): number {
  if (after < anchor) return anchor;
  return anchor + (Math.floor((after - anchor) / ms) + 1) * ms;
}
