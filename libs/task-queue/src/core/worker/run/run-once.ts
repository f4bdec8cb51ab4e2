import type { Outcome } from '../../attempt/outcome.js';
import { serializeError } from '../../message/serialize-error.js';
import type { TaskMessage } from '../../message/task-message.js';
import { TooOldToDedupError } from '../../errors/transaction-errors.js';
import type { EarlierRun, TaskTransactions } from '../../ports/task/task-transactions.js';
import type { RecordedSettlement } from '../../ports/broker/consumer.js';
import type { TaskHandler, TransactionsOf } from '../../ports/task/task-handler.js';
import type { HandlerRegistry } from '../handler-registry.js';

/** Dead-letter reason of a transactional message that was due before the oldest record. */
export const REASON_TOO_OLD = 'too_old_to_dedup';

/** how long a message waits whose other run is in its transaction, in ms */
const BUSY_DELAY = 1_000;
/** and one whose database is out of reach */
const UNAVAILABLE_DELAY = 5_000;

/** Whether the handler was not run for it, or for nothing. */
export function isOfEarlierRun({ kind }: Outcome): boolean {
  return kind === 'repeated' || kind === 'deferred';
}

/** What of an attempt only its worker knows. */
export interface Attempt {
  /** Runs the handler and judges how that ended. */
  handle(): Promise<Outcome>;
  /** what is to be settled for a success; undefined = it is no more this worker's to settle */
  settlementOf(outcome: Outcome): RecordedSettlement | undefined;
  /** how an error ends the attempt that is the database's, and not the handler's */
  outcomeOfError(error: unknown): Outcome;
  /** the same for one after which it should be tried again, as if its worker had been lost */
  outcomeOfLoss(error: unknown): Outcome;
}

/**
 * Runs a transactional task so that its effects happen once. What is to be settled is recorded in the transaction of the
 * effects, so that a later delivery, which finds it there, settles the same.
 */
export class RunOnce {
  constructor(private readonly transactions: TaskTransactions) {}

  /** The verdict on a message whose former run nothing could tell of any more; undefined when it can be told. */
  tooOld(message: TaskMessage, now: number): Outcome | undefined {
    const { sentAt, eta } = message.headers;
    // A run, and its record, cannot be older than the instant from which it was due.
    if (now - Math.max(sentAt, eta ?? 0) <= this.transactions.retention) return undefined;
    const thrown = new TooOldToDedupError(message.task, this.transactions.retention);
    const { type, code, message: text } = serializeError(thrown);
    return { kind: 'failure', error: { type, ...(code && { code }), message: text }, thrown, reason: REASON_TOO_OLD };
  }

  /** How a message that is not to be run ends: as an earlier run has left it, if one has committed. */
  async endWithoutRun(id: string, verdict: Outcome): Promise<Outcome> {
    const found = await this.transactions.find(id);
    return found.kind === 'none' ? verdict : ofEarlierRun(found);
  }

  async run(id: string, attempt: Attempt): Promise<Outcome> {
    let outcome: Outcome = { kind: 'lost' };
    const end = await this.transactions.run(id, async () => {
      outcome = await attempt.handle();
      if (outcome.kind !== 'success') return null;
      const settlement = attempt.settlementOf(outcome);
      if (settlement === undefined) outcome = { kind: 'lost' };
      return settlement === undefined ? null : JSON.stringify(settlement);
    });
    if (end.kind === 'committed' || end.kind === 'rolledBack') return outcome;
    if (end.kind === 'failed') return attempt.outcomeOfError(end.error);
    return end.kind === 'lost' ? attempt.outcomeOfLoss(end.error) : ofEarlierRun(end);
  }
}

/** By handler, those whose runs leave a record; undefined when none is transactional. */
export function runOnceOf(handlers: HandlerRegistry, transactionsOf?: TransactionsOf): ReadonlyMap<TaskHandler, RunOnce> | undefined {
  const transactional = handlers.handlers().flatMap((handler) => {
    const transactions = transactionsOf?.(handler);
    return transactions === undefined ? [] : [[handler, new RunOnce(transactions)] as const];
  });
  return transactional.length === 0 ? undefined : new Map(transactional);
}

function ofEarlierRun(earlier: EarlierRun): Outcome {
  if (earlier.kind === 'recorded') return { kind: 'repeated', settlement: JSON.parse(earlier.record) as RecordedSettlement };
  if (earlier.kind === 'busy') return { kind: 'deferred', delay: BUSY_DELAY, why: 'another run of it has not ended its transaction' };
  const { error } = earlier;
  const why = `its database cannot be reached: ${error instanceof Error ? error.message : String(error)}`;
  return { kind: 'deferred', delay: UNAVAILABLE_DELAY, why };
}
