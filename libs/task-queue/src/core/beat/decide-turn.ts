import type { NextTick } from '../ports/stores/schedule-store.js';
import type { StoredSchedule } from '../ports/stores/stored-schedule.js';
import { Effort, nextOf, wakeAtOf } from './next-of.js';

/** One step of a due schedule: from `due` to `next`, with or without a run. */
export interface Step {
  /** `nextRunAt` of the schedule before it */
  readonly due: number | null;
  /** the tick to send */
  readonly run?: number;
  readonly missed?: { readonly count: number; readonly last: number };
  readonly next: NextTick | null;
}

/** ms by which a tick may be late and still not count as missed: a restart, or a short outage. */
export const ON_TIME = 10_000;

/** How many ticks of one schedule are sent in one pass; the rest follow in the next. Fewer where they are slow to find. */
const MOST_AT_ONCE = 100;
/** Missed ticks are counted up to this number: there may be millions. Up to a lower one where they are slow to find. */
export const MOST_COUNTED = 1_000;

/** Decides, by the policies of a due schedule, its next steps. Each step starts where the one before ends. */
export function decideTurn(schedule: StoredSchedule, now: number, zone: string): Step[] {
  const { nextRunAt: due } = schedule;
  if (due === null) return [{ due, next: nextOf(schedule, schedule.since, zone) }];
  if (schedule.expires !== null && now > schedule.expires) return [{ due, missed: { count: 1, last: due }, next: null }];
  if (isPutOff(schedule, due)) return [oneRun(schedule, due, nextOf(schedule, now, zone))];
  return now - wakeAtOf(schedule, due) > ON_TIME ? afterDowntime(schedule, due, now, zone) : runAll(schedule, due, now, zone);
}

/** The previous run held this tick back. It is sent late, and the ticks that came in between are dropped. */
function isPutOff(schedule: StoredSchedule, due: number): boolean {
  return schedule.wakeAt !== wakeAtOf(schedule, due);
}

function afterDowntime(schedule: StoredSchedule, due: number, now: number, zone: string): Step[] {
  const { catchUp, catchUpWindow } = schedule;
  const earliest = now - catchUpWindow;
  const effort = new Effort();
  if (catchUp === 'all') {
    const first = due >= earliest ? { tick: due, wakeAt: due } : nextOf(schedule, earliest - 1, zone);
    const skipped = first?.tick === due ? [] : [leaveOut(schedule, due, first, zone, effort)];
    const isOver = first === null || first.wakeAt > now;
    return isOver ? skipped : [...skipped, ...runAll(schedule, first.tick, now, zone)];
  }
  const last = catchUp === 'last' ? lastBefore(schedule, due, now, zone, effort) : null;
  if (last === null || last < earliest) return [leaveOut(schedule, due, nextOf(schedule, now, zone), zone, effort)];
  const next = nextOf(schedule, last, zone);
  if (last === due) return [oneRun(schedule, due, next)];
  return [leaveOut(schedule, due, { tick: last, wakeAt: wakeAtOf(schedule, last) }, zone, effort), oneRun(schedule, last, next)];
}

/** Every due tick, one step each. */
function runAll(schedule: StoredSchedule, first: number, now: number, zone: string): Step[] {
  const steps: Step[] = [];
  const effort = new Effort();
  for (let tick: number | null = first; tick !== null && steps.length < MOST_AT_ONCE && !effort.isGreat;) {
    const step = oneRun(schedule, tick, nextOf(schedule, tick, zone, effort));
    steps.push(step);
    tick = step.next !== null && step.next.wakeAt <= now ? step.next.tick : null;
  }
  return steps;
}

function oneRun(schedule: StoredSchedule, due: number, next: NextTick | null): Step {
  return { due, run: due, next: schedule.oneOff ? null : next };
}

/** Skips the ticks from `due` to the one before `next`. */
function leaveOut(schedule: StoredSchedule, due: number, next: NextTick | null, zone: string, effort: Effort): Step {
  let last = due;
  let count = 1;
  for (; count < MOST_COUNTED && !effort.isGreat; count++) {
    const tick = nextOf(schedule, last, zone, effort);
    if (tick === null || tick.tick >= (next?.tick ?? Infinity)) break;
    last = tick.tick;
  }
  return { due, missed: { count, last }, next };
}

/**
 * The last due tick, at or after `due`; an earlier one where ticks are slow to find. Halves the time in which it lies, so that the
 * number of ticks does not matter. Jitter can make a tick due before an earlier one: those are gone through in order.
 */
function lastBefore(schedule: StoredSchedule, due: number, now: number, zone: string, effort: Effort): number {
  const surely = now - schedule.jitter;
  let last = due;
  for (let end = surely; last < end && !effort.isGreat;) {
    const middle = Math.floor((last + end) / 2);
    const found = nextOf(schedule, middle, zone, effort);
    if (found !== null && found.tick <= surely) last = found.tick;
    else end = middle;
  }
  while (!effort.isGreat) {
    const found = nextOf(schedule, last, zone, effort);
    if (found === null || found.wakeAt > now) break;
    last = found.tick;
  }
  return last;
}
