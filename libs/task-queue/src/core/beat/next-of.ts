import { createHash } from 'node:crypto';
import type { NextTick } from '../ports/stores/schedule-store.js';
import type { ScheduleDefinition } from '../ports/stores/stored-schedule.js';
import { nextTick } from '../schedules/next-tick.js';

type Timed = Pick<ScheduleDefinition, 'schedule' | 'timezone' | 'startTime' | 'expires' | 'jitter'> & { readonly id: string };

/** The first tick of a stored schedule after an instant, between `startTime` and `expires`; null = none. */
export function nextOf(schedule: Timed, after: number, zone: string): NextTick | null {
  const { startTime, expires } = schedule;
  const from = startTime === null ? after : Math.max(after, startTime - 1);
  const tick = nextTick(schedule.schedule, from, { timezone: schedule.timezone ?? zone });
  if (tick === null || (expires !== null && tick > expires)) return null;
  return { tick, wakeAt: wakeAtOf(schedule, tick) };
}

/** Jitter is derived from schedule and tick, so that every beat waits for the same instant. */
export function wakeAtOf({ id, jitter }: Pick<Timed, 'id' | 'jitter'>, tick: number): number {
  if (jitter === 0) return tick;
  const share = createHash('sha256').update(`${id}/${tick}`).digest().readUInt32BE(0) / 2 ** 32;
  return tick + Math.floor(share * jitter);
}
