import { createHash } from 'node:crypto';
import type { NextTick } from '../ports/stores/schedule-store.js';
import type { ScheduleDefinition } from '../ports/stores/stored-schedule.js';
import { searchTick } from '../schedules/next-tick.js';
import { costOf, newSearch } from '../schedules/search.js';

type Timed = Pick<ScheduleDefinition, 'schedule' | 'timezone' | 'startTime' | 'expires' | 'jitter'> & { readonly id: string };

/** What the searches of one turn may cost together, in about µs, before the turn is cut short. */
const MAX_TURN_COST = 15_000;

const JITTER_COST = 5;

/** Sums up the cost of several searches. */
export class Effort {
  #spent = 0;

  add(cost: number): void {
    this.#spent += cost;
  }

  /** Whether what can wait, or be left out, should. */
  get isGreat(): boolean {
    return this.#spent > MAX_TURN_COST;
  }
}

/** The first tick of a stored schedule after an instant, between `startTime` and `expires`; null = none. */
export function nextOf(schedule: Timed, after: number, zone: string, effort?: Effort): NextTick | null {
  const { startTime, expires } = schedule;
  const from = startTime === null ? after : Math.max(after, startTime - 1);
  const search = newSearch();
  const tick = searchTick(schedule.schedule, from, { timezone: schedule.timezone ?? zone }, search);
  effort?.add(costOf(search) + (schedule.jitter === 0 ? 0 : JITTER_COST));
  if (tick === null || (expires !== null && tick > expires)) return null;
  return { tick, wakeAt: wakeAtOf(schedule, tick) };
}

/** Jitter is derived from schedule and tick, so that every beat waits for the same instant. */
export function wakeAtOf({ id, jitter }: Pick<Timed, 'id' | 'jitter'>, tick: number): number {
  if (jitter === 0) return tick;
  const share = createHash('sha256').update(`${id}/${tick}`).digest().readUInt32BE(0) / 2 ** 32;
  return tick + Math.floor(share * jitter);
}
