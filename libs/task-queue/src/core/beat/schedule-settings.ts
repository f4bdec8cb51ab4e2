import { z } from 'zod';
import { InvalidOptionError } from '../errors/option-errors.js';
import { InvalidScheduleError, ScheduleNeverDueError } from '../errors/schedule-errors.js';
import type { Duration } from '../message/duration.js';
import { checkCarried } from '../client/call/carried-values.js';
import { checkOptions, countField, durationField, flagField, nameField, positiveField, priorityField } from '../options/check-options.js';
import type { CatchUp, RunOverlap, ScheduleDefinition } from '../ports/stores/stored-schedule.js';
import { describeSchedule } from '../schedules/describe-schedule.js';
import { firstTick } from '../schedules/next-tick.js';
import { toInstant, type Moment } from '../schedules/moment.js';
import { checkTimezone } from '../schedules/timezones.js';
import { toSchedule, type ScheduleInput } from '../schedules/to-schedule.js';

/** What is said of a schedule's runs, beside when they are. */
export interface PeriodicSettings {
  readonly args?: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** headers of its runs; `ctx.headers` in the task */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly queue?: string | null;
  /** 0–9, higher first */
  readonly priority?: number | null;
  /** of a schedule that names none; default: the beat's */
  readonly timezone?: string | null;
  /** default true */
  readonly enabled?: boolean;
  /** runs once, and is then disabled */
  readonly oneOff?: boolean;
  /** no run before it */
  readonly startTime?: Moment | null;
  /** no run after it */
  readonly expires?: Moment | null;
  /** a run that has not begun this many seconds after its sending is not run; instead of `expires` */
  readonly expireSeconds?: number | null;
  readonly description?: string;
  /** while the run before has not ended: 'allow' (default), 'skip', 'buffer-one' or 'cancel-previous' */
  readonly overlap?: RunOverlap;
  /** of the ticks that no beat was there for: 'none', the 'last' (default) or 'all' are run */
  readonly catchUp?: CatchUp;
  /** missed ticks that are older than this are left out in any case; default '1d' */
  readonly catchUpWindow?: Duration;
  /** each run is put off by up to this long, the same for all beats; default 0 */
  readonly jitter?: Duration;
  /** it is disabled when this many runs in a row have failed; default null = never */
  readonly pauseAfterFailures?: number | null;
}

/** A schedule as it is written in configuration, or sent to the admin API. */
export interface ScheduleSettings extends PeriodicSettings {
  readonly task: string;
  readonly schedule: ScheduleInput;
}

const record = z.record(z.string(), z.unknown()).describe('an object');
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
/** ms that are put after a tick: beyond them there would soon be no dates left */
const LONGEST = 100 * 366 * 86_400_000;

export interface DefinitionSurroundings {
  /** epoch ms */
  readonly now: number;
  /** of schedules that name none */
  readonly timezone: string;
  /** ms that the broker remembers ids: a missed tick must not be caught up after that */
  readonly dedupRetention: number;
  /** a schedule of which no tick is left is taken, too: code has it until somebody removes it */
  readonly takesPast?: boolean;
}

/**
 * A schedule as it is stored, of what was written.
 * @throws UnknownOptionError · InvalidOptionError · InvalidScheduleError · ScheduleNeverDueError · UnknownTimezoneError · ArgumentNotSerializableError
 */
export function checkSettings(name: string, settings: ScheduleSettings, surroundings: DefinitionSurroundings): ScheduleDefinition {
  const where = `The schedule '${name}'`;
  if (name === '' || name.length > LONGEST_NAME || !name.isWellFormed() || /\p{Cc}/u.test(name)) {
    throw new InvalidOptionError('name', name, `a text of 1 to ${LONGEST_NAME} characters on one line`);
  }
  const checked = checkOptions(schema, settings, where);
  const timezone = checked.timezone === null ? null : checkTimezone(checked.timezone);
  const schedule = toSchedule(checked.schedule);
  const zone = timezone ?? surroundings.timezone;
  checkCarried(checked.task, checked.args, 'args', 'json');
  checkCarried(checked.task, checked.kwargs, 'kwargs', 'json');
  checkCarried(checked.task, checked.headers, 'headers', 'json');
  const startTime = checked.startTime === null ? null : toInstant(checked.startTime, 'startTime', zone);
  const expires = checked.expires === null ? null : toInstant(checked.expires, 'expires', zone);
  const oneOff = checked.oneOff || schedule.type === 'clocked';
  const definition: ScheduleDefinition = { ...checked, name, schedule, timezone, startTime, expires, oneOff };
  refuseContradictions(definition, surroundings);
  if (definition.enabled && surroundings.takesPast !== true) refuseNeverDue(definition, surroundings.now, zone);
  return definition;
}

function refuseNeverDue({ schedule, startTime, expires }: ScheduleDefinition, now: number, timezone: string): void {
  const first = firstTick(schedule, Math.max(now, (startTime ?? 0) - 1), { timezone });
  if (expires !== null && first > expires) throw new ScheduleNeverDueError(describeSchedule(schedule), 'it expires before its first tick');
}

function refuseContradictions(definition: ScheduleDefinition, { dedupRetention }: DefinitionSurroundings): void {
  const { startTime, expires, expireSeconds, catchUpWindow, jitter } = definition;
  if (jitter > LONGEST) throw new InvalidOptionError('jitter', jitter, 'at most 100 years');
  if ((expireSeconds ?? 0) * 1_000 > LONGEST) throw new InvalidOptionError('expireSeconds', expireSeconds, 'at most 100 years');
  if (expires !== null && expireSeconds !== null) throw new InvalidOptionError('expireSeconds', expireSeconds, 'absent beside expires');
  if (startTime !== null && expires !== null && expires < startTime) {
    throw new InvalidScheduleError('expires', new Date(expires).toISOString(), 'It comes before startTime.');
  }
  if (catchUpWindow > dedupRetention) {
    const what = `no longer than dedupRetention (${dedupRetention} ms): a tick that is caught up after that could run twice`;
    throw new InvalidOptionError('catchUpWindow', catchUpWindow, what);
  }
}
