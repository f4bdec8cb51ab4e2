import type { Schedule } from '../../schedules/schedule.js';

/** What happens to a tick while the previous run has not ended. */
export type RunOverlap =
  /** both run */
  | 'allow'
  /** the tick is skipped */
  | 'skip'
  /** it runs as soon as the previous run has ended; further ticks until then are skipped */
  | 'buffer-one'
  /** the previous run is revoked, and aborted if it is running */
  | 'cancel-previous';

/** What happens to ticks that were due while no beat was running: none, the last, or all of them run, in order. */
export type CatchUp = 'none' | 'last' | 'all';

export type ScheduleSource = 'code' | 'api';

/** A schedule as people write and edit it. Instants are epoch ms. */
export interface ScheduleDefinition {
  /** unique */
  readonly name: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** the runs' own headers */
  readonly headers: Readonly<Record<string, unknown>>;
  /** null = the queue that the task is routed to */
  readonly queue: string | null;
  /** 0–9; null = as the task says */
  readonly priority: number | null;
  readonly schedule: Schedule;
  /** of a schedule that names none; null = the beat's */
  readonly timezone: string | null;
  readonly enabled: boolean;
  /** runs once, and is then disabled */
  readonly oneOff: boolean;
  /** no tick before it */
  readonly startTime: number | null;
  /** no tick after it, and no run that began to wait before it */
  readonly expires: number | null;
  /** a run that has not begun this many seconds after its sending is not run; never beside `expires` */
  readonly expireSeconds: number | null;
  readonly description: string;
  readonly overlap: RunOverlap;
  readonly catchUp: CatchUp;
  /** ms after which a missed tick is skipped in any case */
  readonly catchUpWindow: number;
  /** the longest delay of a tick in ms; each delay is derived from the tick */
  readonly jitter: number;
  /** disabled when this many runs in a row have failed; null = never */
  readonly pauseAfterFailures: number | null;
}

/** A schedule as a store keeps it. */
export interface StoredSchedule extends ScheduleDefinition {
  readonly id: string;
  /** raised by each edit, not by its runs */
  readonly version: number;
  readonly source: ScheduleSource;
  /** its key in the code, and the owner of the code; null = it was created through the API */
  readonly key: string | null;
  readonly owner: string | null;
  /** why it was disabled automatically: 'finished', or how its runs failed; null = enabled, or disabled by hand */
  readonly disabledBecause: string | null;
  /** why it cannot run although it is enabled; null = it can */
  readonly broken: string | null;
  /** the columns of a hand-written row that cannot be read. They are empty here, and the schedule does not run */
  readonly unreadable?: string;
  /** its next tick; null = not yet computed by a beat, or there is none */
  readonly nextRunAt: number | null;
  /** when a beat examines it: `nextRunAt` plus jitter; null = never */
  readonly wakeAt: number | null;
  /** ticks after this instant count: when it was last created, edited or enabled */
  readonly since: number;
  /** the tick of its last regular run, when it was sent, and its task id */
  readonly lastTick: number | null;
  readonly lastRunAt: number | null;
  readonly lastRunId: string | null;
  readonly totalRunCount: number;
  readonly createdAt: number;
  readonly changedAt: number;
}

export type TickCause = 'schedule' | 'manual' | 'backfill';

/** One line of a schedule's history. */
export interface TickRecord {
  /** number of the line within its schedule, from 1 */
  readonly seq: number;
  /** when it was due */
  readonly tick: number;
  /** when it was handled */
  readonly at: number;
  readonly cause: TickCause;
  /** sent · held back by the previous run · missed: `count` ticks up to this one were skipped */
  readonly outcome: 'sent' | 'held' | 'missed';
  /** the id of the run that was sent, or of the run that held it back */
  readonly runId: string | null;
  readonly count: number;
}

/** minimum number of history lines that a store keeps for each schedule */
export const HISTORY_KEPT = 500;

/** `disabledBecause` of a schedule that has no tick left */
export const FINISHED = 'finished';
