import { REDACTED } from '../../core/attempt/listening/error-report.js';
import { InvalidScheduleError } from '../../core/errors/schedule-errors.js';
import type { Schedule } from '../../core/schedules/schedule.js';
import { toSchedule, type ScheduleInput } from '../../core/schedules/to-schedule.js';

/**
 * Refuses an interval that would load the broker. A schedule keeps a shorter one that it has already, such as one of the code.
 * @param minInterval ms
 * @throws InvalidScheduleError, and the errors of the schedule
 */
export function refuseShortInterval(input: ScheduleInput, minInterval: number, current?: unknown): void {
  const schedule = toSchedule(input);
  if (schedule.type !== 'interval' || schedule.every >= minInterval) return;
  const before = current as Schedule | undefined;
  if (before?.type === 'interval' && before.every === schedule.every) return;
  const hint = "Choose a longer one, or lower 'minInterval' of TaskAdminModule.";
  throw new InvalidScheduleError('every', schedule.every, `Through the admin API an interval takes at least ${minInterval} ms. ${hint}`);
}

/** Fields with data of the application, which the audit log would keep for long. */
const CONTENT = ['args', 'kwargs', 'headers'];

/** Settings of a schedule as the audit log keeps them. */
export function audited<T extends object>(settings: T): T {
  return Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, CONTENT.includes(name) ? REDACTED : value])) as T;
}
