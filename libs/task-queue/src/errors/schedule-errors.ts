import { inspect } from 'node:util';
import { didYouMean } from './did-you-mean.js';
import { TaskQueueError } from './task-queue-error.js';

/** A schedule, or a part of one, that cannot be read. */
export class InvalidScheduleError extends TaskQueueError {
  readonly code = 'SCHEDULE_INVALID';
  /**
   * @param part which part of the schedule, such as `minute` or `timezone`
   * @param why a sentence that says what it takes
   */
  constructor(
    readonly part: string,
    value: unknown,
    why: string,
  ) {
    super(`Schedule: ${part} cannot be ${inspect(value, { depth: 1, breakLength: Infinity })}. ${why}`);
  }
}

/** A schedule that is well formed, and of which no moment ever comes. */
export class ScheduleNeverDueError extends TaskQueueError {
  readonly code = 'SCHEDULE_NEVER_DUE';
  constructor(
    readonly schedule: string,
    why: string,
  ) {
    super(`The schedule '${schedule}' is never due: ${why}.`);
  }
}

export class UnknownTimezoneError extends TaskQueueError {
  readonly code = 'TIMEZONE_UNKNOWN';
  constructor(readonly timezone: string) {
    super(`No time zone is named ${inspect(timezone)}.${didYouMean(String(timezone), Intl.supportedValuesOf('timeZone'))}`);
  }
}
