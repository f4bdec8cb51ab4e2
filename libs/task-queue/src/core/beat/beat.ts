import { isOutage } from '../errors/publish-errors.js';
import type { Publication, PublishReceipt } from '../ports/broker/publication.js';
import type { ClaimReceipt, ScheduleStore, TurnClaim } from '../ports/stores/schedule-store.js';
import type { Clock } from '../ports/runtime/clock.js';
import type { Inspector } from '../ports/control/inspector.js';
import type { ResultBackend } from '../ports/stores/result-backend.js';
import type { SignalPayloads } from '../ports/task/signals.js';
import type { StoredSchedule } from '../ports/stores/stored-schedule.js';
import type { TaskLogger } from '../ports/runtime/logger.js';
import { BeatTimer } from './beat-timer.js';
import { ClockWatch } from './clock-watch.js';
import { hasFailedTooOften } from './failure-streak.js';
import { Pace } from './pace.js';
import type { PreparedClaim, RunClient, TurnMaker } from './turn-maker.js';

export interface BeatDependencies {
  readonly store: ScheduleStore;
  readonly turns: TurnMaker;
  readonly client: RunClient;
  readonly results: ResultBackend;
  readonly inspector: Inspector;
  /** the longest pause between two looks at the store, in ms */
  readonly pollInterval: number;
  /** called for each tick that this beat has sent */
  readonly onSent?: ((tick: SignalPayloads['schedule_tick_sent']) => unknown) | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

export interface BeatHealth {
  /** epoch ms of the last successful look at the store; null = none yet */
  readonly lastPassAt: number | null;
  /** ticks that this beat has sent, that a previous run held back, and that were missed */
  readonly sent: number;
  readonly held: number;
  readonly missed: number;
  /** ms by which the last tick was late */
  readonly lateness: number;
}

const BATCH = 200;
/** ms by which the looks of beats that wait for the same tick differ, so that one sends it and the others find it done. */
const SPREAD = 15;
/** The most ms by which a beat yields to faster ones: the delay of a tick when the fastest beat dies. */
const MOST_YIELDED = 60;

/**
 * Sends due ticks. Any number of beats may run without a leader: each claims the due ticks, and the store accepts one claim of
 * a tick. A beat keeps no schedules in memory, so an edit takes effect with the next look.
 */
export class Beat {
  readonly #timer: BeatTimer;
  readonly #clockWatch: ClockWatch;
  #running: Promise<void> | undefined;
  #stopping = false;
  #failures = 0;
  /** ms: grows while other beats are faster, so that many beats do the work of one; reset by the first tick that is sent here */
  #yield = 0;
  #health: BeatHealth = { lastPassAt: null, sent: 0, held: 0, missed: 0, lateness: 0 };

  constructor(private readonly deps: BeatDependencies) {
    this.#timer = new BeatTimer(deps.clock);
    this.#clockWatch = new ClockWatch(deps);
  }

  /** Safe to call twice; after a stop it does nothing. */
  start(): void {
    if (!this.#stopping) this.#running ??= this.#run();
  }

  /** Resolves when the current pass has ended. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#timer.wake();
    await this.#running;
  }

  /** Looks for due schedules immediately. */
  wake(): void {
    this.#timer.wake();
  }

  health(): BeatHealth {
    return this.#health;
  }

  async #run(): Promise<void> {
    await this.#mend();
    while (!this.#stopping) {
      const pause = await this.#passOrPause();
      if (!this.#stopping) await this.#timer.wait(pause);
    }
  }

  async #passOrPause(): Promise<number> {
    try {
      const pause = await this.#pass();
      this.#failures = 0;
      return pause;
    } catch (error) {
      this.#failures++;
      this.deps.logger.warn('beat cannot send what is due; trying again soon', { error });
      return Math.min(10, this.#failures) * this.deps.pollInterval;
    }
  }

  /** Looks for due schedules once. @returns ms until the next look */
  async #pass(): Promise<number> {
    const { store, clock, pollInterval } = this.deps;
    const began = clock.now();
    const { now, schedules, nextAt } = await store.due(BATCH);
    this.#health = { ...this.#health, lastPassAt: clock.now() };
    await this.#clockWatch.see(now);
    if (schedules.length > 0) {
      const claims = await this.#decide(schedules, now);
      const taken = await this.#claimAll(claims, now);
      this.#yield = taken > 0 ? 0 : Math.min(MOST_YIELDED, this.#yield * 2 + SPREAD);
      return 0;
    }
    const passed = clock.now() - began;
    const untilNext = nextAt === null ? Infinity : nextAt - now - passed + this.#yield + Math.random() * SPREAD;
    return Math.max(0, Math.min(pollInterval, untilNext));
  }

  async #decide(schedules: readonly StoredSchedule[], now: number): Promise<PreparedClaim[]> {
    const { turns, logger } = this.deps;
    const claims: PreparedClaim[] = [];
    const pace = new Pace();
    for (const schedule of schedules) {
      if (pace.isLong) await pace.rest();
      const { name, task, pauseAfterFailures } = schedule;
      if (pauseAfterFailures !== null && (await hasFailedTooOften(schedule, this.deps))) {
        const reason = `its last ${pauseAfterFailures} runs have failed`;
        logger.warn('a schedule is paused', { schedule: name, task, reason });
        claims.push(turns.pause(schedule, reason));
      } else claims.push(...turns.make(schedule, now));
    }
    return claims;
  }

  /** A message that the broker refuses must not block the others, so after a failure each schedule is claimed alone. @returns how many were taken */
  async #claimAll(claims: readonly PreparedClaim[], now: number): Promise<number> {
    const { turns } = this.deps;
    let taken = 0;
    try {
      return await this.#claim(claims, now);
    } catch (error) {
      if (isOutage(error)) throw error;
    }
    for (const { id } of new Map(claims.map(({ schedule }) => [schedule.id, schedule])).values()) {
      const own = claims.filter(({ schedule }) => schedule.id === id);
      try {
        taken += await this.#claim(own, now);
      } catch (error) {
        if (isOutage(error)) throw error;
        taken += await this.#claim([turns.break(own[0]!.schedule, String(error))], now);
      }
    }
    return taken;
  }

  /** @returns how many were taken */
  async #claim(claims: readonly PreparedClaim[], now: number): Promise<number> {
    const { client, store } = this.deps;
    const cancelled = claims.filter(({ schedule, call }) => call !== undefined && schedule.overlap === 'cancel-previous');
    const previous = cancelled.flatMap(({ schedule }) => schedule.lastRunId ?? []);
    if (previous.length > 0) await client.revoke([...new Set(previous)], { terminate: true });
    const sending = claims.filter((one) => one.call !== undefined);
    let receipts: readonly ClaimReceipt[] = [];
    await client.publishBy(
      sending.map((one) => one.call!),
      async (calls) => {
        const publications = new Map(calls.map(({ publication }, at) => [sending[at]!, publication]));
        receipts = await store.claim(claims.map((one) => withPublication(one, publications.get(one))));
        const receiptOf = new Map(claims.map((one, at) => [one, receipts[at]!]));
        return sending.map((one) => sentReceipt(one, receiptOf.get(one)!));
      },
    );
    claims.forEach((one, at) => this.#note(one, receipts[at]!, now));
    return receipts.filter(({ taken }) => taken).length;
  }

  #note({ schedule, claim: { turn }, call }: PreparedClaim, { taken, published }: ClaimReceipt, now: number): void {
    if (!taken) return;
    const { name, task } = schedule;
    if (turn.kind === 'break')
      this.deps.logger.warn('a schedule cannot run and is marked as broken', { schedule: name, task, reason: turn.reason });
    if (turn.kind !== 'advance') return;
    if (turn.missed) this.#count({ missed: this.#health.missed + turn.missed.count });
    if (turn.run === undefined || call === undefined || published === undefined) return;
    if (sentReceipt({ call }, { taken, published }) === null) return this.#count({ held: this.#health.held + 1 });
    const lateness = now - turn.run.tick;
    this.#count({ sent: this.#health.sent + 1, lateness });
    void this.deps.onSent?.({ schedule: schedule.id, name, task, id: call.message.id, tick: turn.run.tick, lateness });
  }

  #count(change: Partial<BeatHealth>): void {
    this.#health = { ...this.#health, ...change };
  }

  /** Enables schedules whose task was unknown and is known now, because this is another version of the application. */
  async #mend(): Promise<void> {
    const { store, turns, logger } = this.deps;
    try {
      for (let cursor: string | undefined; ;) {
        const page = await store.list({ limit: BATCH, filter: { broken: true, enabled: true }, ...(cursor !== undefined && { cursor }) });
        const known = page.schedules.filter(({ task }) => turns.isKnown(task));
        if (known.length > 0) await store.setEnabled(known.map(({ id }) => id), true); // prettier-ignore
        if (page.next === null) return;
        cursor = page.next;
      }
    } catch (error) {
      logger.warn('beat cannot look for schedules that were set aside', { error });
    }
  }
}

/** The claim with the publication that is sent: listeners may have added headers to it. */
function withPublication({ claim }: PreparedClaim, publication: Publication | undefined): TurnClaim {
  const { turn } = claim;
  if (publication === undefined || turn.kind !== 'advance' || turn.run === undefined) return claim;
  return { ...claim, turn: { ...turn, run: { ...turn.run, publication } } };
}

/** null = another beat has sent the run, or the run before it holds it back */
function sentReceipt({ call }: Pick<PreparedClaim, 'call'>, { taken, published }: ClaimReceipt): PublishReceipt | null {
  if (!taken || published === undefined || published.refused !== undefined) return null;
  return published.id === call!.message.id ? published : null;
}
