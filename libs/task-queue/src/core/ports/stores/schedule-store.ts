import type { Publication, PublishReceipt } from '../broker/publication.js';
import type { ScheduleDefinition, ScheduleSource, StoredSchedule, TickCause, TickRecord } from './stored-schedule.js';

/**
 * Keeps schedules and their turns. It knows no calendar: a schedule that was made, edited or enabled has no `nextRunAt` and is
 * due at once, and the beat that claims it says which tick comes next. All instants are by the store's clock.
 */
export interface ScheduleStore {
  readonly capabilities: ScheduleCapabilities;
  /** By name, a page at a time. */
  list(options: ScheduleListing): Promise<SchedulePage>;
  get(id: string): Promise<StoredSchedule | null>;
  /** @throws ScheduleNameTakenError */
  create(schedule: NewSchedule): Promise<StoredSchedule>;
  /**
   * Puts another definition in the place of one; what is known of its runs stays.
   * @param version that is expected; null = any
   * @throws ScheduleNotFoundError · StaleScheduleError · ScheduleNameTakenError
   */
  replace(id: string, version: number | null, definition: ScheduleDefinition): Promise<StoredSchedule>;
  /**
   * @param version that is expected; null = any
   * @throws ScheduleNotFoundError · StaleScheduleError
   */
  remove(id: string, version: number | null): Promise<void>;
  /** Enables or disables many. One that is so already stays as it is. @returns how many were changed */
  setEnabled(ids: readonly string[], enabled: boolean): Promise<number>;
  /** What is due, longest due first. The work is proportional to what is due, not to what there is. */
  due(limit: number): Promise<DueSchedules>;
  /**
   * Takes turns, each accepted only while its schedule is enabled, not broken, of this version and still at the tick that
   * was decided about; then what it sends and how the schedule goes on are one atomic step. So of many beats one sends a
   * tick, and none loses it. Claims are independent of each other, but those of one schedule are taken in order.
   * @throws whatever a publish throws; what was not taken is due again
   */
  claim(claims: readonly TurnClaim[]): Promise<ClaimReceipt[]>;
  /**
   * Sends runs out of turn and notes them in the schedule's history, in one step each; `nextRunAt` stays.
   * @throws ScheduleNotFoundError · whatever a publish throws
   */
  fire(id: string, runs: readonly RunOutOfTurn[]): Promise<PublishReceipt[]>;
  /** What became of its ticks, newest first, a page at a time. */
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
  /** a claim tells whether a unique key held its run back; without it `buffer-one` is refused */
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
  /** where the next page begins; null = this was the last */
  readonly next: string | null;
}

export interface NewSchedule {
  readonly id: string;
  readonly definition: ScheduleDefinition;
}

export interface CodeSchedule extends NewSchedule {
  /** of an owner's schedules, which one it is, whatever it says */
  readonly key: string;
  /** changes whenever what the code says of it does */
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
  /** when the next of all others is due, which may be past; null = none is */
  readonly nextAt: number | null;
}

/** A tick that is to come, and when a beat is to look at it. */
export interface NextTick {
  readonly tick: number;
  readonly wakeAt: number;
}

/** What a beat has decided about a schedule that is due. */
export interface TurnClaim {
  readonly schedule: string;
  readonly version: number;
  /** `nextRunAt` of the schedule as it was when that was decided */
  readonly due: number | null;
  readonly turn: ScheduleTurn;
}

export type ScheduleTurn =
  /** goes on to another tick; without one it is finished, and disabled */
  | {
      readonly kind: 'advance';
      readonly next: NextTick | null;
      readonly run?: TurnRun;
      /** ticks that are left out, and the last of them */
      readonly missed?: { readonly count: number; readonly last: number };
    }
  /** is disabled for a reason */
  | { readonly kind: 'pause'; readonly reason: string }
  /** cannot be run; it is looked at again when it is edited or enabled */
  | { readonly kind: 'break'; readonly reason: string };

export interface TurnRun {
  readonly tick: number;
  readonly publication: Publication;
  /** where its unique key holds it back, it stays at its tick and is looked at again after these ms; absent = it is left out */
  readonly retryAfter?: number;
}

export interface ClaimReceipt {
  /** false: another beat was first, or the schedule was edited meanwhile; nothing was changed */
  readonly taken: boolean;
  /** of its publication, where it was taken with one */
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
