import { TooOldToDedupError } from '../errors/transaction-errors.js';
import { serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { RecordedSettlement } from '../ports/broker/consumer.js';
import type { EarlierRun, TaskTransactions, TransactionEnd } from '../ports/task/task-transactions.js';
import type { Around } from './around.js';
import type { AttemptContext } from './attempt-context.js';
import { endOf, type AttemptEnd } from './attempt-end.js';
import { isHeld } from './attempt-job.js';
import { outcomeOfThrow } from './decide-outcome.js';
import type { Outcome } from './outcome.js';

/** Wraps the call of a handler. */
export type Layer = Around<AttemptContext, Outcome | Promise<Outcome>>;

/** Dead-letter reason of a transactional message that was due before the oldest record. */
export const REASON_TOO_OLD = 'too_old_to_dedup';

/** ms until a message is offered again whose other run is in its transaction */
const BUSY_DELAY = 1_000;
/** ms until a message is offered again whose database is out of reach */
const UNAVAILABLE_DELAY = 5_000;

/**
 * Runs a transactional task so that its effects happen once. The settlement is recorded in the transaction of the effects,
 * so that a later delivery finds the record and settles the same.
 */
export function onceOnly(transactions: TaskTransactions): Layer {
  return async (attempt, next) => {
    const { job, handler, environment } = attempt;
    let outcome: Outcome = { kind: 'lost', begun: true };
    let recorded: AttemptEnd | undefined;
    // An eager run leaves no record, because nothing is delivered twice.
    const transactionEnd = await transactions.run(environment.isEager ? null : job.message.id, async () => {
      // The lease may have expired while the transaction was opened and the record was looked up.
      if (!isHeld(job)) {
        outcome = { kind: 'lost', begun: false };
        return null;
      }
      outcome = await next(attempt);
      if (outcome.kind !== 'success') return null;
      if (environment.isEager) return '';
      if (!job.abandoned && isHeld(job)) {
        recorded = endOf(job.message, outcome, environment, handler.options, attempt);
        return JSON.stringify(recorded.settlement);
      }
      // Given back: the lease may be renewed yet, and then nobody else would take the delivery.
      outcome = { kind: 'lost', begun: false };
      return null;
    });
    if (transactionEnd.kind === 'committed') attempt.recordedEnd = recorded;
    return transactionEnd.kind === 'committed' || transactionEnd.kind === 'rolledBack'
      ? outcome
      : outcomeOfDatabase(attempt, transactionEnd);
  };
}

/** The outcome of an attempt whose transaction could not begin, or did not commit. */
function outcomeOfDatabase(attempt: AttemptContext, end: Exclude<TransactionEnd, { readonly kind: 'committed' | 'rolledBack' }>): Outcome {
  const { job, environment } = attempt;
  const failed = (error: unknown): Outcome => outcomeOfThrow(attempt, error, environment.clock.now());
  if (end.kind === 'failed' || ('error' in end && environment.isEager)) return failed(end.error);
  if (end.kind !== 'lost') return outcomeOfEarlierRun(end);
  // The connection broke, so the attempt is repeated as if its worker had been lost.
  return job.mayComeBack ? { kind: 'requeued', error: serializeError(end.error), thrown: end.error } : failed(end.error);
}

/** Whether the outcome was decided without a run: an earlier run has ended, or is not known to have. */
export function isOfEarlierRun({ kind }: Outcome): boolean {
  return kind === 'repeated' || kind === 'deferred';
}

/** The outcome of a message so old that the record of an earlier run may have been removed; undefined when it is younger. */
export function tooOldToDedup({ retention }: TaskTransactions, message: TaskMessage, now: number): Outcome | undefined {
  const { sentAt, eta } = message.headers;
  // A run, and its record, cannot be older than the instant from which it was due.
  if (now - Math.max(sentAt, eta ?? 0) <= retention) return undefined;
  const thrown = new TooOldToDedupError(message.task, retention);
  const { type, code, message: text } = serializeError(thrown);
  return { kind: 'failure', error: { type, ...(code && { code }), message: text }, thrown, reason: REASON_TOO_OLD };
}

/** The outcome of a message that must not run: that of an earlier run which has committed, else the verdict. */
export async function earlierRunOr(verdict: Outcome, id: string, transactions: TaskTransactions): Promise<Outcome> {
  const found = await transactions.find(id);
  return found.kind === 'none' ? verdict : outcomeOfEarlierRun(found);
}

function outcomeOfEarlierRun(earlier: EarlierRun): Outcome {
  if (earlier.kind === 'recorded') return { kind: 'repeated', settlement: JSON.parse(earlier.record) as RecordedSettlement };
  if (earlier.kind === 'busy') return { kind: 'deferred', delay: BUSY_DELAY, why: 'another run of it has not ended its transaction' };
  const { error } = earlier;
  const why = `its database cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: 'deferred', delay: UNAVAILABLE_DELAY, why };
}
