import type { Schedule } from '../../schedules/schedule.js';

/** What becomes of a tick while the run before it has not ended. */
export type RunOverlap =
  /** both run */
  | 'allow'
  /** the tick is left out */
  | 'skip'
  /** it runs as soon as the run before has ended; those that come meanwhile are left out */
  | 'buffer-one'
  /** the run before is revoked, and aborted where it runs */
  | 'cancel-previous';

/** What becomes of ticks that no beat was there for: they are left out, the last of them is run, or all of them, in order. */
export type CatchUp = 'none' | 'last' | 'all';

export type ScheduleSource = 'code' | 'api';

/** What a schedule says, as people write and edit it. Instants are epoch ms. */
export interface ScheduleDefinition {
  /** unique */
  readonly name: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** the runs' own headers */
  readonly headers: Readonly<Record<string, unknown>>;
  /** null = as the task is routed */
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
  /** ms after which a missed tick is left out in any case */
  readonly catchUpWindow: number;
  /** the most ms that a tick is put off by; how many is derived from the tick */
  readonly jitter: number;
  /** disabled when this many runs in a row have failed; null = never */
  readonly pauseAfterFailures: number | null;
}

/** A schedule as a store keeps it. */
export interface StoredSchedule extends ScheduleDefinition {
  readonly id: string;
  /** raised by each change of what it says, not by its runs */
  readonly version: number;
  readonly source: ScheduleSource;
  /** what the code knows it by, and whose code that is; null = it was made through the API */
  readonly key: string | null;
  readonly owner: string | null;
  /** why it is disabled, where nobody has done it by hand: 'finished', or how its runs failed */
  readonly disabledBecause: string | null;
  /** why it cannot be run, although it is enabled; null = it can */
  readonly broken: string | null;
  /** what of it cannot be read, where it was written by hand: that stands empty here, and it is not run */
  readonly unreadable?: string;
  /** its next tick; null = a beat has yet to find it, or there is none */
  readonly nextRunAt: number | null;
  /** when a beat is to look at it: `nextRunAt` and its jitter; null = not at all */
  readonly wakeAt: number | null;
  /** ticks count after this instant: when it was made, edited or enabled last */
  readonly since: number;
  /** the tick of its last run in turn, and when, under which id that was sent */
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
  /** counts the lines of its schedule, from 1 */
  readonly seq: number;
  /** the moment that it was due */
  readonly tick: number;
  /** when that was dealt with */
  readonly at: number;
  readonly cause: TickCause;
  /** sent · held back by the run before it · missed: `count` ticks up to this one were left out */
  readonly outcome: 'sent' | 'held' | 'missed';
  /** of the run, where one was sent; of the run that held it back */
  readonly runId: string | null;
  readonly count: number;
}

/** lines of history that a store keeps of each schedule, at least */
export const HISTORY_KEPT = 500;

/** what `disabledBecause` says of a schedule that has no tick left */
export const FINISHED = 'finished';
