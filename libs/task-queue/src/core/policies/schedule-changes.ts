import { FINISHED, type ScheduleDefinition, type StoredSchedule } from '../ports/stores/stored-schedule.js';
import type { CodeSchedule, NewSchedule, ScheduleFilter } from '../ports/stores/schedule-store.js';

// The changes of a stored schedule as pure functions, for stores that keep it as one piece of data. Each returns a new one.

type Code = Pick<StoredSchedule, 'key' | 'owner'>;

export function newSchedule({ id, definition }: NewSchedule, code: Code | null, now: number): StoredSchedule {
  return {
    ...definition,
    id,
    version: 1,
    source: code === null ? 'api' : 'code',
    key: code?.key ?? null,
    owner: code?.owner ?? null,
    disabledBecause: null,
    broken: null,
    lastTick: null,
    lastRunAt: null,
    lastRunId: null,
    totalRunCount: 0,
    createdAt: now,
    changedAt: now,
    ...turnAnew(definition.enabled, now),
  };
}

export function replaced(stored: StoredSchedule, definition: ScheduleDefinition, now: number): StoredSchedule {
  const { enabled } = definition;
  const disabledBecause = enabled ? null : stored.disabledBecause;
  return { ...stored, ...definition, disabledBecause, ...edited(stored, enabled, now) };
}

/** The code replaces a schedule except `enabled`, which is the operator's decision unless the schedule had merely finished. */
export function replacedByCode(stored: StoredSchedule, { definition }: CodeSchedule, now: number): StoredSchedule {
  const enabled = stored.disabledBecause === FINISHED ? definition.enabled : stored.enabled;
  return replaced(stored, { ...definition, enabled }, now);
}

export function enabledOrNot(stored: StoredSchedule, enabled: boolean, now: number): StoredSchedule {
  return { ...stored, enabled, disabledBecause: null, ...edited(stored, enabled, now) };
}

export function stopped(stored: StoredSchedule, kind: 'pause' | 'break', reason: string, now: number): StoredSchedule {
  const still = { ...stored, nextRunAt: null, wakeAt: null };
  return kind === 'break' ? { ...still, broken: reason } : { ...disabled(still, now), disabledBecause: reason };
}

export function disabled(stored: StoredSchedule, now: number): StoredSchedule {
  return { ...stored, enabled: false, version: stored.version + 1, changedAt: now };
}

/** Whether enabling or disabling it would change nothing. */
export function isSo({ enabled, broken }: StoredSchedule, wanted: boolean): boolean {
  return enabled === wanted && !(wanted && broken !== null);
}

export function matchesFilter(stored: StoredSchedule, filter: ScheduleFilter): boolean {
  const { search, broken, ...equal } = filter;
  if (search !== undefined && !stored.name.toLowerCase().includes(search.toLowerCase())) return false;
  if (broken !== undefined && (stored.broken !== null) !== broken) return false;
  return (Object.keys(equal) as (keyof typeof equal)[]).every((name) => equal[name] === undefined || stored[name] === equal[name]);
}

function edited(stored: StoredSchedule, enabled: boolean, now: number) {
  return { version: stored.version + 1, changedAt: now, broken: null, ...turnAnew(enabled, now) };
}

/** A beat finds its next tick at once. */
function turnAnew(enabled: boolean, now: number) {
  return { nextRunAt: null, wakeAt: enabled ? now : null, since: now };
}
