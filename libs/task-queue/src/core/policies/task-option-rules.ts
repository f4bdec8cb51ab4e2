import { InvalidOptionError } from '../errors/option-errors.js';
import type { TransactionalPolicy } from '../ports/task/task-transactions.js';
import type { UniquePolicy } from '../ports/task/unique-options.js';
import type { FlatTaskOptions } from './task-options-input.js';

interface Checked {
  readonly acksLate: boolean;
  readonly transactional: TransactionalPolicy | null;
  readonly unique: UniquePolicy | null;
  readonly rejectOnWorkerLost: boolean;
  readonly softTimeLimit?: number | undefined;
  readonly timeLimit?: number | undefined;
}

/** What needs a delivery that is still open after the run, and the value that needs none. */
const NEEDS_LATE_ACK = {
  maxDeliveries: undefined,
  rejectOnWorkerLost: undefined,
  acksOnFailure: true,
  acksOnTimeout: true,
  transactional: false,
} as const;
/** What sends a message back as if its worker had been lost, and the value that does not. */
const COMES_BACK = { maxDeliveries: 1, acksOnFailure: true, acksOnTimeout: true } as const;

/**
 * Refuses options that contradict each other.
 * @param given what was said, without defaults
 * @throws InvalidOptionError
 */
export function refuseContradictions(given: FlatTaskOptions, checked: Checked, where: string): void {
  const { softTimeLimit, timeLimit } = checked;
  if (softTimeLimit !== undefined && timeLimit !== undefined && softTimeLimit > timeLimit) {
    throw new InvalidOptionError('softTimeLimit', given.softTimeLimit, `no longer than timeLimit (${timeLimit} ms) in ${where}`);
  }
  if (!checked.acksLate) {
    refuseBeside(given, NEEDS_LATE_ACK, where, 'acksLate: false', 'a message that is acknowledged before its run cannot come back');
  }
  if (!checked.acksLate && checked.unique?.until === 'end') {
    const instead = `while: ['waiting'] beside acksLate: false in ${where}: what is acknowledged before its run holds no key while it runs`;
    throw new InvalidOptionError('unique', given.unique, instead);
  }
  if (!checked.rejectOnWorkerLost) {
    refuseBeside(given, COMES_BACK, where, 'rejectOnWorkerLost: false', 'a message whose worker was lost is not to come back');
  }
}

function refuseBeside(given: FlatTaskOptions, options: Partial<FlatTaskOptions>, where: string, beside: string, why: string): void {
  for (const [name, harmless] of Object.entries(options)) {
    const value = given[name as keyof FlatTaskOptions];
    if (value === undefined || value === harmless) continue;
    throw new InvalidOptionError(name, value, `left out when ${beside} is set in ${where}: ${why}`);
  }
}
