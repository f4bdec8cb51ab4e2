import type { Publication, PublishReceipt } from '../broker/publication.js';
import type { ScheduleDefinition, ScheduleSource, StoredSchedule, TickCause, TickRecord } from './stored-schedule.js';

/**
 * Stores schedules and their turns. It computes no ticks: a schedule that was created, edited or enabled has no `nextRunAt`
 * and is due at once, and the beat that claims it sets the next tick. All instants are by the store's clock.
 */
export interface ScheduleStore {
  readonly capabilities: ScheduleCapabilities;
  /** By name, a page at a time. */
  list(options: ScheduleListing): Promise<SchedulePage>;
  get(id: string): Promise<StoredSchedule | null>;
  /** @throws ScheduleNameTakenError */
  create(schedule: NewSchedule): Promise<StoredSchedule>;
  /**
   * Replaces a definition and keeps the history of its runs.
   * @param version that is expected; null = any
   * @throws ScheduleNotFoundError · StaleScheduleError · ScheduleNameTakenError
   */
  replace(id: string, version: number | null, definition: ScheduleDefinition): Promise<StoredSchedule>;
  /**
   * @param version that is expected; null = any
   * @throws ScheduleNotFoundError · StaleScheduleError
   */
  remove(id: string, version: number | null): Promise<void>;
  /** Enables or disables schedules. @returns how many were changed */
  setEnabled(ids: readonly string[], enabled: boolean): Promise<number>;
  /** The due schedules, longest due first. The cost grows with the number of due schedules, not of all schedules. */
  due(limit: number): Promise<DueSchedules>;
  /**
   * Takes turns, each accepted only while its schedule is enabled, not broken, of this version and still at the tick that
   * was decided about; then what it sends and how the schedule goes on are one atomic step. So of many beats one sends a
   * tick, and none loses it. Claims are independent of each other, but those of one schedule are taken in order.
   * @throws the errors of a publish; a turn that was not taken is due again
   */
  claim(claims: readonly TurnClaim[]): Promise<ClaimReceipt[]>;
  /**
   * Sends runs outside the schedule and adds them to its history, in one step each; `nextRunAt` stays.
   * @throws ScheduleNotFoundError · the errors of a publish
   */
  fire(id: string, runs: readonly RunOutOfTurn[]): Promise<PublishReceipt[]>;
  /** The history of its ticks, newest first, a page at a time. */
  history(id: string, options: HistoryPaging): Promise<HistoryPage>;
  /**
   * Makes the schedules of one owner's code those of this list, in one step: new ones are made, changed ones replaced (they
   * stay disabled where somebody has disabled them), vanished ones removed. One that has not changed since the last time
   * stays as it is, edits included.
   * @throws ScheduleNameTakenError by a schedule that is not of this owner's code
   */
  syncCode(owner: string, schedules: readonly CodeSchedule[]): Promise<SyncReport>;
}

export interface ScheduleCapabilities {
  /** for messages: 'memory', 'redis' */
  readonly name: string;
  /** a claim reports whether a unique key held its run back; without it `buffer-one` is refused */
  readonly tellsHeld: boolean;
}

export interface ScheduleListing {
  readonly limit: number;
  /** `next` of the page before */
  readonly cursor?: string;
  readonly filter?: ScheduleFilter;
}

export interface ScheduleFilter {
  /** the whole name */
  readonly name?: string;
  /** a part of the name, in lower or upper case */
  readonly search?: string;
  readonly task?: string;
  readonly queue?: string;
  readonly enabled?: boolean;
  readonly source?: ScheduleSource;
  readonly broken?: boolean;
}

export interface SchedulePage {
  readonly schedules: readonly StoredSchedule[];
  /** the cursor of the next page; null = this was the last */
  readonly next: string | null;
}

export interface NewSchedule {
  readonly id: string;
  readonly definition: ScheduleDefinition;
}

export interface CodeSchedule extends NewSchedule {
  /** identifies the schedule among those of its owner, whatever its definition */
  readonly key: string;
  /** changes whenever its definition in the code changes */
  readonly digest: string;
}

/** How many of each. */
export interface SyncReport {
  readonly created: number;
  readonly changed: number;
  readonly removed: number;
}

export interface DueSchedules {
  /** epoch ms by the store's clock */
  readonly now: number;
  readonly schedules: readonly StoredSchedule[];
  /** when the next other schedule is due, which may be in the past; null = none is */
  readonly nextAt: number | null;
}

/** The next tick, and when a beat examines it. */
export interface NextTick {
  readonly tick: number;
  readonly wakeAt: number;
}

/** The decision of a beat about a due schedule. */
export interface TurnClaim {
  readonly schedule: string;
  readonly version: number;
  /** `nextRunAt` of the schedule at the time of the decision */
  readonly due: number | null;
  readonly turn: ScheduleTurn;
}

export type ScheduleTurn =
  /** moves to the next tick; without one the schedule is finished and disabled */
  | {
      readonly kind: 'advance';
      readonly next: NextTick | null;
      readonly run?: TurnRun;
      /** skipped ticks, and the last of them */
      readonly missed?: { readonly count: number; readonly last: number };
    }
  /** disables the schedule */
  | { readonly kind: 'pause'; readonly reason: string }
  /** marks the schedule as broken until it is edited or enabled */
  | { readonly kind: 'break'; readonly reason: string };

export interface TurnRun {
  readonly tick: number;
  readonly publication: Publication;
  /** ms after which a run that a unique key held back is tried again; absent = it is skipped */
  readonly retryAfter?: number;
}

export interface ClaimReceipt {
  /** false: another beat was first, or the schedule was edited; nothing was changed */
  readonly taken: boolean;
  /** the receipt of its publication, if it had one */
  readonly published?: PublishReceipt;
}

export interface RunOutOfTurn {
  readonly tick: number;
  readonly cause: Exclude<TickCause, 'schedule'>;
  readonly publication: Publication;
}

export interface HistoryPaging {
  readonly limit: number;
  /** `next` of the page before */
  readonly cursor?: string;
}

export interface HistoryPage {
  readonly ticks: readonly TickRecord[];
  readonly next: string | null;
}
