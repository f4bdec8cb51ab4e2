import { z } from 'zod';
import type { ScheduleSettings } from '../../core/beat/schedule-settings.js';
import type { StoredSchedule, TickRecord } from '../../core/ports/stores/stored-schedule.js';
import { describeSchedule } from '../../core/schedules/describe-schedule.js';
import { named } from '../openapi/contract.js';
import { flag, instant, jsonObject, pageOf, paging, text, toIso, word } from '../validation/fields.js';
import { looseDuration, looseMoment, scheduleForm, storedSchedule } from './schedule-form.js';

const overlap = z.enum(['allow', 'skip', 'buffer-one', 'cancel-previous']);
const catchUp = z.enum(['none', 'last', 'all']);
const source = z.enum(['code', 'api']);

const settings = z.strictObject({
  name: z.string().max(1_000).describe('a string of 1 to 200 characters on one line, unique among schedules'),
  task: word.describe('the name of a task'),
  schedule: scheduleForm,
  args: z.array(z.unknown()).optional().describe('a list of arguments'),
  kwargs: jsonObject.optional(),
  headers: jsonObject.optional().describe('an object: headers of its runs'),
  queue: word.nullable().optional().describe('the name of a queue, or null to route the task as usual'),
  priority: z
    .int()
    .min(0)
    .max(9)
    .nullable()
    .optional()
    .describe('a whole number from 0 to 9 (higher first), or null for the priority of the task'),
  timezone: z
    .string()
    .max(1_000)
    .nullable()
    .optional()
    .describe("the name of a time zone, such as 'Asia/Ho_Chi_Minh', or null for the zone of the beat"),
  enabled: z.boolean().optional().describe('true or false'),
  oneOff: z.boolean().optional().describe('true or false: whether it is disabled after one run'),
  startTime: looseMoment.nullable().optional().describe(`${looseMoment.description}, or null: the earliest time of a run`),
  expires: looseMoment.nullable().optional().describe(`${looseMoment.description}, or null: the latest time of a run`),
  expireSeconds: z
    .int()
    .min(1)
    .nullable()
    .optional()
    .describe('a whole number of at least 1, or null: a run that waits for longer expires'),
  description: text.max(2_000).optional().describe('a string of at most 2000 characters'),
  overlap: overlap.optional().describe("'allow', 'skip', 'buffer-one' or 'cancel-previous': a tick while the previous run has not ended"),
  catchUp: catchUp.optional().describe("'none', 'last' or 'all': which missed ticks run once a beat is back"),
  catchUpWindow: looseDuration.optional().describe(`${looseDuration.description}: the maximum age of a missed tick that still runs`),
  jitter: looseDuration.optional().describe(`${looseDuration.description}: the maximum random delay of each run`),
  pauseAfterFailures: z.int().min(1).max(100).nullable().optional().describe('a whole number from 1 to 100, or null for never'),
});

/** A whole schedule, for POST and PUT. Absent fields get their defaults. */
export const scheduleInput = named('ScheduleInput', settings);
/** An edit of some fields, for PATCH. Absent fields keep their values. */
export const schedulePatch = named('SchedulePatch', settings.partial());

export type ScheduleInputBody = { readonly name: string } & ScheduleSettings;

export const scheduleListing = z.strictObject({
  ...paging,
  name: word.optional().describe('a string: the whole name'),
  search: word.optional().describe('a string: a part of the name'),
  task: word.optional().describe('the name of a task'),
  queue: word.optional().describe('the name of a queue'),
  enabled: flag.optional(),
  broken: flag.optional(),
  source: source.optional().describe("'code' or 'api'"),
});

const count = z.int().min(1).max(100);
const from = z.union([z.iso.datetime({ offset: true }), z.iso.datetime()]).describe('an ISO 8601 instant with an offset');
const after = from.optional().describe(`${from.description}; default: now`);

export const previewQuery = z.strictObject({
  count: z.coerce.number().pipe(count).default(10).describe('a whole number from 1 to 100'),
  after,
});

/** A schedule that is not stored. Only `schedule` is required. */
export const previewInput = named(
  'PreviewInput',
  settings.partial({ name: true, task: true }).extend({
    count: count.optional().describe('a whole number from 1 to 100; default 10'),
    after,
  }),
);

export const historyQuery = z.strictObject(paging);

export const backfillInput = named(
  'BackfillInput',
  z.strictObject({
    from,
    to: from.describe(`${from.description}, not in the future; both ends are included`),
    limit: z.int().min(1).max(10_000).optional().describe('a whole number from 1 to 10000: the maximum number of runs; default 1000'),
  }),
);

export const idsInput = named(
  'ScheduleIds',
  z.strictObject({ ids: z.array(text.min(1).max(200)).min(1).max(1_000).describe('a list of 1 to 1000 ids') }),
);

/** A schedule in an answer. Its definition has the field names and forms that POST, PUT and PATCH accept. */
export const scheduleView = named(
  'Schedule',
  z.strictObject({
    id: z.string(),
    version: z.int().describe('its ETag: raised by each edit, not by runs'),
    name: z.string(),
    task: z.string(),
    schedule: storedSchedule,
    scheduleText: z.string().describe('when it is due, in English'),
    args: z.array(z.unknown()),
    kwargs: z.record(z.string(), z.unknown()),
    headers: z.record(z.string(), z.unknown()),
    queue: z.string().nullable(),
    priority: z.int().nullable(),
    timezone: z.string().nullable(),
    enabled: z.boolean(),
    oneOff: z.boolean(),
    startTime: instant.nullable(),
    expires: instant.nullable(),
    expireSeconds: z.int().nullable(),
    description: z.string(),
    overlap,
    catchUp,
    catchUpWindow: z.number().describe('ms'),
    jitter: z.number().describe('ms'),
    pauseAfterFailures: z.int().nullable(),
    source: source.describe('whether code or the API created it'),
    disabledBecause: z.string().nullable().describe('the reason when the beat disabled it'),
    broken: z.string().nullable().describe('why it cannot run although it is enabled'),
    nextRunAt: instant.nullable().describe('its next tick; null when there is none, or no beat has computed it yet'),
    lastRunAt: instant.nullable(),
    lastRunId: z.string().nullable().describe('id of the task that was sent last'),
    totalRunCount: z.int(),
    createdAt: instant,
    changedAt: instant,
  }),
);

export const schedulePage = named('SchedulePage', pageOf(scheduleView));

export type ScheduleView = z.output<typeof scheduleView>;

export function viewOf(stored: StoredSchedule): ScheduleView {
  const {
    id,
    version,
    name,
    key: _key,
    owner: _owner,
    wakeAt: _wakeAt,
    since: _since,
    lastTick: _lastTick,
    unreadable: _unreadable,
    ...shown
  } = stored;
  return {
    ...{ id, version, name, ...shown },
    args: [...shown.args],
    schedule: shown.schedule as ScheduleView['schedule'],
    scheduleText: describeSchedule(shown.schedule),
    startTime: toIso(shown.startTime),
    expires: toIso(shown.expires),
    nextRunAt: toIso(shown.nextRunAt),
    lastRunAt: toIso(shown.lastRunAt),
    createdAt: toIso(shown.createdAt),
    changedAt: toIso(shown.changedAt),
  };
}

export const tickView = named(
  'Tick',
  z.strictObject({
    seq: z.int().describe('position in the history of its schedule, from 1'),
    tick: instant.describe('when it was due'),
    at: instant.describe('when the beat handled it'),
    cause: z.enum(['schedule', 'manual', 'backfill']),
    outcome: z.enum(['sent', 'held', 'missed']),
    runId: z.string().nullable().describe('id of the task'),
    count: z.int().describe('how many ticks it represents, this one included'),
  }),
);

export const tickPage = named('TickPage', pageOf(tickView));

export function tickViewOf({ tick, at, ...line }: TickRecord): z.output<typeof tickView> {
  return { ...line, tick: toIso(tick), at: toIso(at) };
}

export const previewView = named(
  'Preview',
  z.strictObject({ scheduleText: z.string(), ticks: z.array(instant).describe('fewer when the schedule ends') }),
);
export const runView = named('Run', z.strictObject({ taskId: z.string() }));
export const changedView = named('Changed', z.strictObject({ changed: z.int().describe('how many schedules changed') }));
export const backfillView = named(
  'Backfill',
  z.strictObject({
    sent: z.int(),
    known: z.int().describe('ticks that were sent before, or that a running one holds back'),
    isCut: z.boolean().describe('true: the range has more ticks than the limit'),
  }),
);
