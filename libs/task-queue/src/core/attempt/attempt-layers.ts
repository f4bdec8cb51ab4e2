import { LeaseLostError } from '../errors/run-errors.js';
import { outsideTransaction } from '../ports/task/current-transaction.js';
import type { TaskHandler } from '../ports/task/task-handler.js';
import { composeAround } from './around.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import { abortJob, isHeld } from './attempt-job.js';
import { ignoresResult } from './decide-outcome.js';
import type { AttemptObserver } from './listening/attempt-observer.js';
import { isOfEarlierRun, onceOnly, type Layer } from './once-only.js';
import { recordOfState } from './records/make-record.js';

/**
 * What happens around the handler of a task, composed at boot. A task that nobody watches has no layers.
 * @param observer undefined = no hook, signal or error tracker is told about its runs
 */
export function layersOf(handler: TaskHandler, observer: AttemptObserver | undefined, environment: AttemptEnvironment): Layer | undefined {
  const transactions = environment.transactionsOf?.(handler);
  const tracked = handler.options.trackStarted && !environment.isEager;
  // Outermost first. `currentTask` is around them all: RunAttempt enters it, because every task needs it.
  return composeAround([
    observer && tellEnd(observer),
    transactions && onceOnly(transactions),
    tracked ? saveStarted : undefined,
    observer && tellStart(observer, transactions !== undefined),
    tracked || observer !== undefined ? onlyWhileHeld : undefined,
  ]);
}

function tellEnd(observer: AttemptObserver): Layer {
  return async (attempt, next) => {
    const outcome = await next(attempt);
    const { job } = attempt;
    if (!job.abandoned && !isOfEarlierRun(outcome)) await observer.after(job.message, attempt, outcome);
    return outcome;
  };
}

/** @param inTransaction the transaction is not the listeners': what they store must stay when it is rolled back */
function tellStart(observer: AttemptObserver, inTransaction: boolean): Layer {
  return async (attempt, next) => {
    const tell = () => observer.before(attempt.job.message, attempt);
    await (inTransaction ? outsideTransaction(tell) : tell());
    return next(attempt);
  };
}

/** Stores STARTED. A store that is out of reach does not keep the task from running. */
const saveStarted: Layer = async (attempt, next) => {
  const { environment, handler } = attempt;
  const { message, startedAt } = attempt.job;
  if (!ignoresResult(message, handler.options)) {
    try {
      const record = recordOfState(message, { state: 'STARTED' }, startedAt, startedAt, environment);
      await environment.saveState(record, handler.options);
    } catch (error) {
      environment.logger.warn('STARTED could not be stored; the task runs all the same', { taskId: message.id, task: message.task, error });
    }
  }
  return next(attempt);
};

/** The lease may have expired while the layers above were waiting. Then the handler is not started. */
const onlyWhileHeld: Layer = (attempt, next) => {
  const { job } = attempt;
  if (job.abortReason !== undefined || isHeld(job)) return next(attempt);
  abortJob(job, new LeaseLostError(job.message.id));
  return { kind: 'lost', begun: false };
};
