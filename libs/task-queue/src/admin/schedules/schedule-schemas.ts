import { z } from 'zod';
import type { StoredSchedule, TickRecord } from '../../core/ports/stores/stored-schedule.js';
import { describeSchedule } from '../../core/schedules/describe-schedule.js';
import { named } from '../openapi/contract.js';
import { instant, pageOf, toIso } from '../validation/fields.js';
import { storedSchedule } from './schedule-form.js';

const json = z.record(z.string(), z.unknown());

/** A schedule as it is answered. The fields of its definition have the names and forms that POST, PUT and PATCH take. */
export const scheduleView = named(
  'Schedule',
  z.strictObject({
    id: z.string(),
    version: z.int().describe('as its ETag says: raised by each edit, not by runs'),
    name: z.string(),
    task: z.string(),
    schedule: storedSchedule,
    scheduleText: z.string().describe('when it is due, in English'),
    args: z.array(z.unknown()),
    kwargs: json,
    headers: json,
    queue: z.string().nullable(),
    priority: z.int().nullable(),
    timezone: z.string().nullable(),
    enabled: z.boolean(),
    oneOff: z.boolean(),
    startTime: instant.nullable(),
    expires: instant.nullable(),
    expireSeconds: z.int().nullable(),
    description: z.string(),
    overlap: z.enum(['allow', 'skip', 'buffer-one', 'cancel-previous']),
    catchUp: z.enum(['none', 'last', 'all']),
    catchUpWindow: z.number().describe('ms'),
    jitter: z.number().describe('ms'),
    pauseAfterFailures: z.int().nullable(),
    source: z.enum(['code', 'api']).describe('who made it'),
    disabledBecause: z.string().nullable().describe('why, where nobody has disabled it by hand'),
    broken: z.string().nullable().describe('why it cannot be run, although it is enabled'),
    nextRunAt: instant.nullable().describe('its next tick; null = a beat has yet to find it, or there is none'),
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
    seq: z.int().describe('counts the lines of its schedule, from 1'),
    tick: instant.describe('when it was due'),
    at: instant.describe('when that was dealt with'),
    cause: z.enum(['schedule', 'manual', 'backfill']),
    outcome: z.enum(['sent', 'held', 'missed']),
    runId: z.string().nullable().describe('id of the task'),
    count: z.int().describe('ticks that were left out, this one included'),
  }),
);

export const tickPage = named('TickPage', pageOf(tickView));

export function tickViewOf({ tick, at, ...line }: TickRecord): z.output<typeof tickView> {
  return { ...line, tick: toIso(tick), at: toIso(at) };
}

export const previewView = named(
  'Preview',
  z.strictObject({ scheduleText: z.string(), ticks: z.array(instant).describe('fewer where it ends') }),
);
export const runView = named('Run', z.strictObject({ taskId: z.string() }));
export const changedView = named('Changed', z.strictObject({ changed: z.int().describe('how many were not so before') }));
export const backfillView = named(
  'Backfill',
  z.strictObject({
    sent: z.int(),
    known: z.int().describe('ticks that had been sent before, or that a run holds back'),
    isCut: z.boolean().describe('more ticks are in the range than the limit allows'),
  }),
);
