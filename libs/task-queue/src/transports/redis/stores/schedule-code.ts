import type { ScheduleDefinition, StoredSchedule, TickRecord } from '../../../core/ports/stores/stored-schedule.js';

/** A schedule from its HASH, in which an empty text means null. `enabled` and `name` are fields beside the rest of the definition. */
export function readSchedule(flat: readonly string[]): StoredSchedule | null {
  if (flat.length === 0) return null;
  const fields = new Map<string, string>();
  for (let at = 0; at < flat.length; at += 2) fields.set(flat[at]!, flat[at + 1]!);
  const text = (name: string): string | null => fields.get(name) || null;
  const number = (name: string): number | null => (fields.get(name) ? Number(fields.get(name)) : null);
  const definition = JSON.parse(fields.get('definition')!) as ScheduleDefinition;
  return {
    ...definition,
    name: fields.get('name')!,
    enabled: fields.get('enabled') === '1',
    id: fields.get('id')!,
    version: Number(fields.get('version')),
    source: fields.get('source') as StoredSchedule['source'],
    key: text('key'),
    owner: text('owner'),
    disabledBecause: text('because'),
    broken: text('broken'),
    nextRunAt: number('next'),
    wakeAt: number('wake'),
    since: number('since')!,
    lastTick: number('tick'),
    lastRunAt: number('ran'),
    lastRunId: text('run'),
    totalRunCount: Number(fields.get('total')),
    createdAt: number('created')!,
    changedAt: number('changed')!,
  };
}

/** The arguments of scripts for a definition. */
export function encodeDefinition(definition: ScheduleDefinition): [name: string, json: string, enabled: string] {
  return [definition.name, JSON.stringify(definition), flagOf(definition.enabled)];
}

export function flagOf(enabled: boolean): string {
  return enabled ? '1' : '0';
}

/** A line of `note_tick` (scripts/parts/schedules.lua). The id of the run comes last, because it may contain commas. */
export function readTick(line: string): TickRecord {
  const [seq, tick, at, cause, outcome, count, ...run] = line.split(',');
  const runId = run.join(',');
  return {
    seq: Number(seq),
    tick: Number(tick),
    at: Number(at),
    cause: cause as TickRecord['cause'],
    outcome: outcome as TickRecord['outcome'],
    runId: runId === '' ? null : runId,
    count: Number(count),
  };
}
