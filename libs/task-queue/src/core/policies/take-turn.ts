import { FINISHED, type StoredSchedule, type TickRecord } from '../ports/stores/stored-schedule.js';
import type { PublishReceipt } from '../ports/broker/publication.js';
import type { RunOutOfTurn, ScheduleTurn, TurnClaim } from '../ports/stores/schedule-store.js';
import { disabled, stopped } from './schedule-changes.js';

// The effect of a claim on a schedule, for stores that compute it here and write it in one step.

export interface TurnChange {
  readonly schedule: StoredSchedule;
  /** new lines of its history, oldest first */
  readonly lines: readonly Omit<TickRecord, 'seq'>[];
}

type Advance = Extract<ScheduleTurn, { kind: 'advance' }>;

/** Rule 29: no other beat was first, and the schedule was not edited. */
export function mayTake(schedule: StoredSchedule | undefined, { version, due }: TurnClaim): schedule is StoredSchedule {
  if (!schedule?.enabled || schedule.broken !== null) return false;
  return schedule.version === version && schedule.nextRunAt === due;
}

/** @param published the receipt of the turn's run, where it has one */
export function takeTurn(schedule: StoredSchedule, turn: ScheduleTurn, published: PublishReceipt | undefined, now: number): TurnChange {
  if (turn.kind !== 'advance') return { schedule: stopped(schedule, turn.kind, turn.reason, now), lines: [] };
  const { run, missed } = turn;
  const lines = missed === undefined ? [] : [line(missed.last, now, 'missed', null, missed.count)];
  if (run === undefined || published === undefined) return { schedule: advanced(schedule, turn, now), lines };
  const holder = holderOf(run.publication.id, published);
  if (holder !== null && run.retryAfter !== undefined) return { schedule: { ...schedule, wakeAt: now + run.retryAfter }, lines: [] };
  if (holder !== null) {
    return { schedule: advanced(schedule, turn, now), lines: [line(run.tick, now, 'held', holder), ...lines] };
  }
  const ran = { ...counted(schedule, run.publication.id, now), lastTick: run.tick };
  return { schedule: advanced(ran, turn, now), lines: [line(run.tick, now, 'sent', run.publication.id), ...lines] };
}

/** null = the run was sent before, or is held back: nothing changes */
export function runOutOfTurn(schedule: StoredSchedule, run: RunOutOfTurn, receipt: PublishReceipt, now: number): TurnChange | null {
  if (receipt.deduplicated || receipt.refused !== undefined) return null;
  const { tick, cause, publication } = run;
  return { schedule: counted(schedule, publication.id, now), lines: [{ ...line(tick, now, 'sent', publication.id), cause }] };
}

/** The id of the message that holds a run back; null = the run was sent, now or before. */
export function holderOf(id: string, receipt: PublishReceipt): string | null {
  if (receipt.refused) return receipt.refused.holder;
  return receipt.id === id ? null : receipt.id;
}

function advanced(schedule: StoredSchedule, { next }: Advance, now: number): StoredSchedule {
  const moved = { ...schedule, nextRunAt: next?.tick ?? null, wakeAt: next?.wakeAt ?? null };
  return next === null ? { ...disabled(moved, now), disabledBecause: FINISHED } : moved;
}

function counted(schedule: StoredSchedule, runId: string, now: number): StoredSchedule {
  return { ...schedule, lastRunAt: now, lastRunId: runId, totalRunCount: schedule.totalRunCount + 1 };
}

function line(tick: number, at: number, outcome: TickRecord['outcome'], runId: string | null, count = 1): Omit<TickRecord, 'seq'> {
  return { tick, at, cause: 'schedule', outcome, runId, count };
}
