import { ScheduleNeverDueError } from '../errors/schedule-errors.js';
import { describeSchedule } from './describe-schedule.js';
import { nextTick, type TickOptions } from './next-tick.js';
import type { Schedule } from './schedule.js';

/**
 * The first tick of a schedule that must have one: for what somebody has just asked for.
 * @throws ScheduleNeverDueError where its moment has passed, or all of its ticks are excluded
 */
export function firstTick(schedule: Schedule, after: number, options: TickOptions = {}): number {
  const tick = nextTick(schedule, after, options);
  if (tick !== null) return tick;
  const why = schedule.type === 'clocked' ? 'its time has passed' : 'it has no tick that is left';
  throw new ScheduleNeverDueError(describeSchedule(schedule), why);
}
