import { didYouMean } from './did-you-mean.js';
import { shortText, shownValue } from './shown-value.js';
import { TaskQueueError } from './task-queue-error.js';

/** An invalid value of an option. */
export class InvalidOptionError extends TaskQueueError {
  readonly code = 'INVALID_OPTION';
  constructor(
    readonly option: string,
    value: unknown,
    expected: string,
  ) {
    super(`Option '${option}' must be ${expected}; got ${shownValue(value)}.`);
  }
}

/** An option that does not exist, usually because of a typing mistake. */
export class UnknownOptionError extends TaskQueueError {
  readonly code = 'UNKNOWN_OPTION';
  constructor(
    readonly option: string,
    where: string,
    known: readonly string[],
  ) {
    super(`${where} has no option '${shortText(option)}'.${didYouMean(option, known)}`);
  }
}

/** An option that the chosen transport or pool does not support. It is refused at boot instead of being ignored silently. */
export class UnsupportedOptionError extends TaskQueueError {
  readonly code = 'UNSUPPORTED_OPTION';
  constructor(
    readonly option: string,
    where: string,
    why: string,
    instead: string,
  ) {
    super(`${where} sets '${option}', but ${why}. ${instead}`);
  }
}
