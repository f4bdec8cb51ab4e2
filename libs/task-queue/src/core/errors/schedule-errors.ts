import { shownValue } from './shown-value.js';
import { TaskQueueError } from './task-queue-error.js';

/** A schedule, or a part of one, that cannot be parsed. */
export class InvalidScheduleError extends TaskQueueError {
  readonly code = 'SCHEDULE_INVALID';
  /**
   * @param part which part of the schedule, such as `minute` or `timezone`
   * @param why a sentence that says what the part accepts
   */
  constructor(
    readonly part: string,
    value: unknown,
    why: string,
  ) {
    super(`Schedule: ${part} cannot be ${shownValue(value)}. ${why}`);
  }
}

/** A well-formed schedule without any future tick. */
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
  /** @param similar the most likely meant zone */
  constructor(
    readonly timezone: string,
    similar: string | undefined,
  ) {
    const hint = similar === undefined ? "Zones have names such as 'Europe/Paris' or 'UTC'." : `Did you mean '${similar}'?`;
    super(`No time zone is named ${shownValue(timezone)}. ${hint}`);
  }
}

/** Arguments of a schedule that its task does not accept. */
export class ScheduleArgumentsError extends TaskQueueError {
  readonly code = 'SCHEDULE_ARGUMENTS';
  /** @param path the place of the argument, such as `args[0]` */
  constructor(
    readonly schedule: string,
    readonly task: string,
    readonly path: string,
    readonly problem: string,
  ) {
    super(`The schedule '${schedule}' does not fit its task '${task}': ${path} ${problem}.`);
  }
}

/** No stored schedule has this id or name. */
export class ScheduleNotFoundError extends TaskQueueError {
  readonly code = 'SCHEDULE_NOT_FOUND';
  constructor(readonly schedule: string) {
    super(`There is no schedule '${schedule}'. It may have been deleted, or pruned because the code no longer declares it.`);
  }
}

export class ScheduleNameTakenError extends TaskQueueError {
  readonly code = 'SCHEDULE_NAME_TAKEN';
  constructor(readonly schedule: string) {
    super(`A schedule named '${schedule}' exists already. Give this one another name, or edit the existing one.`);
  }
}

/** The schedule was edited since it was read. */
export class StaleScheduleError extends TaskQueueError {
  readonly code = 'SCHEDULE_STALE';
  constructor(
    readonly schedule: string,
    readonly expected: number,
    readonly found: number,
  ) {
    super(
      `The schedule '${schedule}' was edited in the meantime: expected version ${expected}, found ${found}. Read it again, then repeat the edit.`,
    );
  }
}
