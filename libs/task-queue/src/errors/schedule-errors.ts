import { inspect } from 'node:util';
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
  /** @param similar the zone that is most likely meant */
  constructor(
    readonly timezone: string,
    similar: string | undefined,
  ) {
    const hint = similar === undefined ? "Zones have names such as 'Europe/Paris' or 'UTC'." : `Did you mean '${similar}'?`;
    super(`No time zone is named ${inspect(timezone)}. ${hint}`);
  }
}
