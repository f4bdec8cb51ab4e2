import { v7 } from 'uuid';
import { InvalidOptionError } from '../errors/option-errors.js';
import { TaskNotUniqueError } from '../errors/publish-errors.js';
import { ScheduleNotFoundError, StaleScheduleError } from '../errors/schedule-errors.js';
import type { AsyncResult } from '../client/async-result.js';
import type { LaunchedCall } from '../client/call/launch-call.js';
import type { Clock } from '../ports/runtime/clock.js';
import type {
  HistoryPage,
  HistoryPaging,
  RunOutOfTurn,
  ScheduleListing,
  SchedulePage,
  ScheduleStore,
} from '../ports/stores/schedule-store.js';
import type { ScheduleDefinition, StoredSchedule } from '../ports/stores/stored-schedule.js';
import { ticksBetween } from '../schedules/next-tick.js';
import type { BeatOptions } from './beat-options.js';
import { nextOf } from './next-of.js';
import { Pace } from './pace.js';
import { checkSettings, type ScheduleSettings } from './schedule-settings.js';
import { runIdOf } from './run-call.js';
import type { RunClient, TurnMaker } from './turn-maker.js';

export interface TaskSchedulesDependencies {
  readonly store: ScheduleStore;
  readonly turns: TurnMaker;
  readonly client: RunClient;
  readonly options: BeatOptions;
  readonly dedupRetention: number;
  readonly clock: Clock;
}

export interface BackfillRange {
  /** epoch ms; both included */
  readonly from: number;
  readonly to: number;
  /** the most runs to send; default 1000 */
  readonly limit?: number;
}

export interface BackfillReport {
  readonly sent: number;
  /** ticks whose ids the broker already knows, or that another run holds back */
  readonly known: number;
  /** the range has more ticks than the limit */
  readonly isCut: boolean;
}

/** A run out of turn. */
interface Fired {
  readonly tick: number;
  readonly call: LaunchedCall;
}

/** An edit of some settings; the others stay. */
export type SchedulePatch = Partial<ScheduleSettings> & { readonly name?: string };

/** Settings on which it depends whether the runs can be sent. */
const SENT: readonly (keyof ScheduleSettings)[] = [
  'task',
  'args',
  'kwargs',
  'headers',
  'queue',
  'priority',
  'overlap',
  'pauseAfterFailures',
];

const DEFAULT_BACKFILL = 1_000;
const BACKFILL_BATCH = 100;

/**
 * Creates, edits, lists, runs, previews and backfills the schedules of one queue instance. Every beat, in any process, sees an
 * edit within a second.
 */
export class TaskSchedules {
  constructor(private readonly deps: TaskSchedulesDependencies) {}

  list(options: ScheduleListing): Promise<SchedulePage> {
    return this.deps.store.list(options);
  }

  /** @throws ScheduleNotFoundError */
  async get(id: string): Promise<StoredSchedule> {
    const found = await this.deps.store.get(id);
    if (found === null) throw new ScheduleNotFoundError(id);
    return found;
  }

  /** @throws ScheduleNameTakenError, and the errors of the settings */
  async create(name: string, settings: ScheduleSettings): Promise<StoredSchedule> {
    return this.deps.store.create({ id: v7(), definition: await this.#checkAll(name, settings) });
  }

  /**
   * @param version the version that was read; null = any
   * @throws ScheduleNotFoundError · StaleScheduleError · ScheduleNameTakenError, and the errors of the settings
   */
  async replace(id: string, version: number | null, name: string, settings: ScheduleSettings): Promise<StoredSchedule> {
    return this.deps.store.replace(id, version, await this.#checkAll(name, settings));
  }

  /** As {@link replace}, keeping the settings that the patch does not name. */
  async patch(id: string, version: number | null, patch: SchedulePatch): Promise<StoredSchedule> {
    const stored = await this.get(id);
    const { name = stored.name, ...changes } = patch;
    // A schedule expires in one of two ways: the named one replaces the other.
    const other = changes.expires != null ? { expireSeconds: null } : changes.expireSeconds != null ? { expires: null } : {};
    const settings = { ...settingsOf(stored), ...other, ...changes };
    // A schedule whose runs can no longer be sent can still be disabled or described.
    const definition = SENT.some((setting) => setting in changes) ? await this.#checkAll(name, settings) : this.check(name, settings);
    try {
      return await this.deps.store.replace(id, version ?? stored.version, definition);
    } catch (error) {
      // A concurrent edit of other fields must stay, so the patch is applied again to the current version.
      if (version === null && error instanceof StaleScheduleError) return this.patch(id, null, patch);
      throw error;
    }
  }

  /** @throws ScheduleNotFoundError · StaleScheduleError */
  async remove(id: string, version: number | null = null): Promise<void> {
    await this.deps.store.remove(id, version);
  }

  /** @returns how many were disabled or broken before */
  enable(ids: readonly string[]): Promise<number> {
    return this.deps.store.setEnabled(ids, true);
  }

  /** @returns how many were enabled before */
  disable(ids: readonly string[]): Promise<number> {
    return this.deps.store.setEnabled(ids, false);
  }

  history(id: string, paging: HistoryPaging): Promise<HistoryPage> {
    return this.deps.store.history(id, paging);
  }

  /**
   * Sends a run immediately, even if the schedule is disabled. The next tick does not change.
   * @throws ScheduleNotFoundError · TaskNotUniqueError when the previous run has not ended and may not overlap
   */
  async runNow(id: string): Promise<AsyncResult> {
    const schedule = await this.get(id);
    const now = this.deps.clock.now();
    const call = this.deps.turns.callOf(schedule, now, now, v7());
    const [result] = await this.#fire(id, 'manual', [{ tick: now, call }]);
    return result!;
  }

  /** The next ticks of a schedule, or of settings that are not stored yet; fewer where it ends. */
  preview(schedule: StoredSchedule | ScheduleDefinition, count: number, after = this.deps.clock.now()): number[] {
    const ticks: number[] = [];
    const timed = { id: '', ...schedule };
    for (let from: number | null = after; from !== null && ticks.length < count;) {
      const next = nextOf(timed, from, this.deps.options.timezone);
      if (next !== null) ticks.push(next.tick);
      from = schedule.oneOff ? null : (next?.tick ?? null);
    }
    return ticks;
  }

  /** The definition that these settings would be stored as. Whether its runs can be sent is checked when it is stored. */
  check(name: string, settings: ScheduleSettings): ScheduleDefinition {
    const { clock, options, dedupRetention } = this.deps;
    return checkSettings(name, settings, { now: clock.now(), timezone: options.timezone, dedupRetention });
  }

  /**
   * Sends the runs of a past range, oldest first. A tick that was sent is not sent again while the broker remembers its id
   * (`dedupRetention`).
   * @throws ScheduleNotFoundError · InvalidOptionError
   */
  async backfill(id: string, { from, to, limit = DEFAULT_BACKFILL }: BackfillRange): Promise<BackfillReport> {
    const now = this.deps.clock.now();
    if (!(from <= to && to <= now)) throw new InvalidOptionError('to', to, 'a past instant after from');
    const schedule = await this.get(id);
    const timezone = schedule.timezone ?? this.deps.options.timezone;
    let sent = 0;
    let known = 0;
    let batch: Fired[] = [];
    const flush = async () => {
      const results = await this.#fire(id, 'backfill', batch);
      const fresh = results.filter((result) => result?.deduplicated === false).length;
      sent += fresh;
      known += batch.length - fresh;
      batch = [];
    };
    let count = 0;
    const pace = new Pace();
    for (const tick of ticksBetween(schedule.schedule, from - 1, to, { timezone })) {
      if (++count > limit) break;
      if (pace.isLong) await pace.rest();
      batch.push({ tick, call: this.deps.turns.callOf(schedule, tick, now, runIdOf(id, tick)) });
      if (batch.length === BACKFILL_BATCH) await flush();
    }
    if (batch.length > 0) await flush();
    return { sent, known, isCut: count > limit };
  }

  /** Sends runs out of turn. @returns a result for each; null = a unique key held it back */
  #fire(id: string, cause: RunOutOfTurn['cause'], runs: readonly Fired[]): Promise<(AsyncResult | null)[]> {
    return this.deps.client.publishBy(
      runs.map(({ call }) => call),
      async (calls) => {
        const receipts = await this.deps.store.fire(
          id,
          calls.map(({ publication }, at) => ({ tick: runs[at]!.tick, cause, publication })),
        );
        return receipts.map((receipt, at) => {
          if (receipt.refused === undefined) return receipt;
          const { id: held, unique } = calls[at]!.publication;
          if (cause === 'manual') throw new TaskNotUniqueError(held, unique!.key, receipt.refused.holder);
          return null;
        });
      },
    );
  }

  async #checkAll(name: string, settings: ScheduleSettings): Promise<ScheduleDefinition> {
    const definition = this.check(name, settings);
    await this.deps.turns.check(definition);
    return definition;
  }
}

function settingsOf(stored: StoredSchedule): ScheduleSettings {
  const { task, schedule, args, kwargs, headers, queue, priority, timezone, enabled, oneOff, startTime, expires } = stored;
  const { expireSeconds, description, overlap, catchUp, catchUpWindow, jitter, pauseAfterFailures } = stored;
  return {
    ...{ task, schedule, args, kwargs, headers, queue, priority, timezone, enabled, oneOff, startTime, expires },
    ...{ expireSeconds, description, overlap, catchUp, catchUpWindow, jitter, pauseAfterFailures },
  };
}
