import { z } from 'zod';
import { InvalidOptionError } from '../errors/option-errors.js';
import { InvalidScheduleError, ScheduleNeverDueError } from '../errors/schedule-errors.js';
import type { Duration } from '../message/duration.js';
import { checkCarried } from '../client/call/carried-values.js';
import {
  checkOptions,
  countField,
  durationField,
  flagField,
  nameField,
  objectField,
  positiveField,
  priorityField,
} from '../options/check-options.js';
import type { CatchUp, RunOverlap, ScheduleDefinition } from '../ports/stores/stored-schedule.js';
import { describeSchedule } from '../schedules/describe-schedule.js';
import { firstTick } from '../schedules/next-tick.js';
import { toInstant, type Moment } from '../schedules/moment.js';
import { checkTimezone } from '../schedules/timezones.js';
import { toSchedule, type ScheduleInput } from '../schedules/to-schedule.js';

/** The settings of a schedule except its times. */
export interface PeriodicSettings {
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** headers of its runs; `ctx.headers` in the task */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly queue?: string | null;
  /** 0–9, higher first */
  readonly priority?: number | null;
  /** default: the beat's */
  readonly timezone?: string | null;
  /** default true */
  readonly enabled?: boolean;
  /** runs once and is then disabled */
  readonly oneOff?: boolean;
  /** no run before it */
  readonly startTime?: Moment | null;
  /** no run after it */
  readonly expires?: Moment | null;
  /** a run that has not started this many seconds after it was sent is revoked; instead of `expires` */
  readonly expireSeconds?: number | null;
  readonly description?: string;
  /** policy while the previous run has not ended: 'allow' (default), 'skip', 'buffer-one' or 'cancel-previous' */
  readonly overlap?: RunOverlap;
  /** which of the ticks that were missed without a beat run: 'none', 'last' (default) or 'all' */
  readonly catchUp?: CatchUp;
  /** older missed ticks never run; default '1d' */
  readonly catchUpWindow?: Duration;
  /** each run is delayed by up to this long, the same for all beats; default 0 */
  readonly jitter?: Duration;
  /** disables the schedule when this many consecutive runs have failed; default null = never */
  readonly pauseAfterFailures?: number | null;
}

/** A schedule as configuration or the admin API gives it. */
export interface ScheduleSettings extends PeriodicSettings {
  readonly task: string;
  readonly schedule: ScheduleInput;
}

const record = objectField.describe('an object');
const moment = z
  .union([z.date(), z.number(), z.string()])
  .nullable()
  .default(null)
  .describe("a Date, epoch milliseconds, or a string such as '2027-01-31T18:00:00Z'");

const schema = z.object({
  task: nameField,
  schedule: z.custom<ScheduleInput>((value) => value !== undefined).describe("a line of cron, or an object such as { every: '30s' }"),
  args: z.array(z.unknown()).readonly().default([]).describe('a list of arguments'),
  kwargs: record.default({}).describe(record.description!),
  headers: record.default({}).describe(record.description!),
  queue: nameField.nullable().default(null).describe(nameField.description!),
  priority: priorityField.nullable().default(null).describe(priorityField.description!),
  timezone: z.string().nullable().default(null).describe("the name of a zone, such as 'Asia/Ho_Chi_Minh'"),
  enabled: flagField.default(true).describe(flagField.description!),
  oneOff: flagField.default(false).describe(flagField.description!),
  startTime: moment,
  expires: moment,
  expireSeconds: positiveField.nullable().default(null).describe(positiveField.description!),
  description: z.string().max(2_000).default('').describe('a text of at most 2000 characters'),
  overlap: z
    .enum(['allow', 'skip', 'buffer-one', 'cancel-previous'])
    .default('allow')
    .describe("'allow', 'skip', 'buffer-one' or 'cancel-previous'"),
  catchUp: z.enum(['none', 'last', 'all']).default('last').describe("'none', 'last' or 'all'"),
  catchUpWindow: durationField().prefault('1d').describe(durationField().description!),
  jitter: durationField().prefault(0).describe(durationField().description!),
  pauseAfterFailures: countField.min(1).max(100).nullable().default(null).describe('a whole number from 1 to 100, or null'),
});

export const SCHEDULE_SETTING_NAMES: readonly string[] = Object.keys(schema.shape);

const LONGEST_NAME = 200;
/** the longest duration that is added to a tick, in ms: with longer ones there would be no dates left */
const LONGEST = 100 * 366 * 86_400_000;

/** `expireSeconds` is a 32-bit number in some stores */
export const MOST_SECONDS = 2 ** 31 - 1;

export interface DefinitionContext {
  /** epoch ms */
  readonly now: number;
  /** time zone of schedules that set none */
  readonly timezone: string;
  /** ms that the broker remembers ids: a missed tick must not be caught up later than that */
  readonly dedupRetention: number;
  /** accepts a schedule without ticks left: code keeps it until it is removed there */
  readonly takesPast?: boolean;
}

/**
 * The stored form of a schedule.
 * @throws UnknownOptionError · InvalidOptionError · InvalidScheduleError · ScheduleNeverDueError · UnknownTimezoneError · ArgumentNotSerializableError
 */
export function checkSettings(name: string, settings: ScheduleSettings, context: DefinitionContext): ScheduleDefinition {
  const where = `The schedule '${name}'`;
  if (name === '' || name.length > LONGEST_NAME || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new InvalidOptionError('name', name, `a text of 1 to ${LONGEST_NAME} characters on one line`);
  }
  const checked = checkOptions(schema, settings, where);
  const timezone = checked.timezone === null ? null : checkTimezone(checked.timezone);
  const schedule = toSchedule(checked.schedule);
  const zone = timezone ?? context.timezone;
  checkCarried(checked.task, checked.args, 'args', 'json');
  checkCarried(checked.task, checked.kwargs, 'kwargs', 'json');
  checkCarried(checked.task, checked.headers, 'headers', 'json');
  const startTime = checked.startTime === null ? null : toInstant(checked.startTime, 'startTime', zone);
  const expires = checked.expires === null ? null : toInstant(checked.expires, 'expires', zone);
  const oneOff = checked.oneOff || schedule.type === 'clocked';
  const definition: ScheduleDefinition = { ...checked, name, schedule, timezone, startTime, expires, oneOff };
  refuseContradictions(definition, context);
  if (definition.enabled && context.takesPast !== true) refuseNeverDue(definition, context.now, zone);
  return definition;
}

function refuseNeverDue({ schedule, startTime, expires }: ScheduleDefinition, now: number, timezone: string): void {
  const first = firstTick(schedule, Math.max(now, (startTime ?? 0) - 1), { timezone });
  if (expires !== null && first > expires) throw new ScheduleNeverDueError(describeSchedule(schedule), 'it expires before its first tick');
}

function refuseContradictions(definition: ScheduleDefinition, { dedupRetention }: DefinitionContext): void {
  const { startTime, expires, expireSeconds, catchUpWindow, jitter } = definition;
  if (jitter > LONGEST) throw new InvalidOptionError('jitter', jitter, 'at most 100 years');
  if ((expireSeconds ?? 0) > MOST_SECONDS)
    throw new InvalidOptionError('expireSeconds', expireSeconds, `at most ${MOST_SECONDS} (68 years)`);
  if (expires !== null && expireSeconds !== null)
    throw new InvalidOptionError('expireSeconds', expireSeconds, 'left out when expires is set');
  if (startTime !== null && expires !== null && expires < startTime) {
    throw new InvalidScheduleError('expires', new Date(expires).toISOString(), 'It comes before startTime.');
  }
  if (catchUpWindow > dedupRetention) {
    const what = `no longer than dedupRetention (${dedupRetention} ms): a tick that is caught up after that could run twice`;
    throw new InvalidOptionError('catchUpWindow', catchUpWindow, what);
  }
}
