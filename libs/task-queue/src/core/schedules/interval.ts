import { z } from 'zod';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import { checkOptions } from '../options/check-options.js';
import { toInstant, type Moment } from './moment.js';
import type { IntervalSchedule } from './schedule.js';
import { recurrenceOf, recurrenceShape, type RecurrenceOptions } from './schedule-options.js';

export interface IntervalOptions extends RecurrenceOptions {
  /** its first tick, and the one that all others are counted from; default: 1970-01-01T00:00:00Z, so that `every('1h')` is at full hours UTC */
  anchor?: Moment;
}

/** Beyond it there would soon be no dates left. */
const LONGEST = 100 * 366 * 86_400_000;

const schema = z.object({ ...recurrenceShape, anchor: z.custom<Moment>().optional() });

/**
 * Every so often in real time: `every('10s')`, `every('1h', { anchor: '2027-01-01T00:20:00Z' })`. A day is 24 hours; for
 * "each day at" take a crontab.
 * @throws InvalidScheduleError · UnknownOptionError · InvalidOptionError
 */
export function every(interval: Duration, options: IntervalOptions = {}): IntervalSchedule {
  const { anchor = 0, except } = checkOptions(schema, options, 'every()');
  const ms = toMilliseconds(interval, 'every');
  if (!Number.isInteger(ms) || ms < 1 || ms > LONGEST) {
    throw new InvalidScheduleError('every', interval, 'An interval is a whole number of milliseconds, from 1 to those of 100 years.');
  }
  return { type: 'interval', every: ms, anchor: toInstant(anchor, 'anchor'), ...recurrenceOf({ except }) };
}

/** The first tick of an interval after an instant. */
export function nextInterval({ every: ms, anchor }: IntervalSchedule, after: number): number {
  if (after < anchor) return anchor;
  return anchor + (Math.floor((after - anchor) / ms) + 1) * ms;
}
