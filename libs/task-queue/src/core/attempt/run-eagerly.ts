import type { Codecs } from '../message/codecs.js';
import { serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { TaskResultRecord } from '../message/task-result.js';
import { TaskRevokedError } from '../errors/run-errors.js';
import { isExpired } from '../policies/expiry.js';
import type { Publication } from '../ports/broker/publication.js';
import { currentTask } from '../ports/task/current-task.js';
import type { TaskTransactions } from '../ports/task/task-transactions.js';
import type { TaskHandler } from '../ports/task/task-handler.js';
import { AttemptContext, type AttemptSurroundings } from './attempt-context.js';
import type { AttemptObserver } from './listening/attempt-observer.js';
import { ignoresResult, outcomeOfReturn, outcomeOfThrow } from './decide-outcome.js';
import { describeRecord, type Recording } from './records/describe-record.js';
import { followUpsOf } from './follow-ups.js';
import type { Outcome } from './outcome.js';
import { recordOf } from './records/record-of.js';

export interface EagerRun {
  /** as it is stored */
  readonly record: TaskResultRecord;
  /** what its end calls */
  readonly followUps: readonly Publication[];
  /** what the last attempt threw, when it failed, was rejected or asked to be run later, for which nothing waits here */
  readonly thrown?: unknown;
}

/**
 * Runs a task inline, with its retries one after the other and without their delays. The message is encoded and decoded
 * first, so that the handler sees just what a worker would show it.
 */
export async function runEagerly(
  handler: TaskHandler,
  sent: TaskMessage,
  codecs: Codecs,
  { recording, transactions, ...surroundings }: EagerSurroundings,
  observer?: AttemptObserver,
): Promise<EagerRun> {
  const here = { ...surroundings, searchable: recording?.searchable ?? false, worker: 'eager', isEager: true, codec: codecs.results };
  let message = throughWire(sent, codecs);
  for (;;) {
    const startedAt = here.now();
    const [outcome, { children }] = await attempt(handler, message, here, observer, transactions);
    if (outcome.kind === 'retry') {
      message = throughWire(outcome.next, codecs);
      continue;
    }
    const followUps = followUpsOf(message, outcome, { at: here.now(), codecs });
    const plain = recordOf(message, storable(outcome, message, handler), here.now(), here.worker)!;
    const sent = followUps.length === 0 ? children : [...children, ...followUps.map(({ id }) => id)];
    const record = recording === null ? plain : describeRecord(plain, message, recording, sent, startedAt);
    return {
      followUps,
      record: JSON.parse(JSON.stringify(codecs.results.seal(record, message.headers))) as TaskResultRecord,
      ...('thrown' in outcome ? { thrown: outcome.thrown } : {}),
    };
  }
}

function throughWire(message: TaskMessage, { messages }: Codecs): TaskMessage {
  return messages.decode({ id: message.id, queue: message.headers.queue, ...messages.encode(message) });
}

/** What an inline run needs from where it runs. */
export type EagerSurroundings = Pick<AttemptSurroundings, 'saveState' | 'now'> & {
  readonly recording: Recording | null;
  /** of a transactional handler; it leaves no record, because nothing is delivered twice here */
  readonly transactions: TaskTransactions | undefined;
};

/** What a task returns whose results are ignored need not be fit to be stored. */
function storable(outcome: Outcome, message: TaskMessage, { options }: TaskHandler): Outcome {
  return outcome.kind === 'success' && ignoresResult(message, options) ? { kind: 'success', value: null } : outcome;
}

async function attempt(
  handler: TaskHandler,
  message: TaskMessage,
  here: AttemptSurroundings,
  observer: AttemptObserver | undefined,
  transactions: TaskTransactions | undefined,
): Promise<[Outcome, { readonly children: readonly string[] }]> {
  if (isExpired(message, here.now())) {
    const error = serializeError(new TaskRevokedError(message.id, 'it expired before it ran'));
    return [{ kind: 'revoked', error, why: 'expired' }, { children: [] }];
  }
  const { queue, priority } = message.headers;
  const context = new AttemptContext(message, handler.options, { queue, priority, redelivered: false }, here, here.now());
  await observer?.before(message, context);
  const run = () => invoke(handler, message, context, here);
  const outcome =
    transactions === undefined
      ? await run()
      : await within(transactions, run, (error) => outcomeOfThrow(message, handler.options, context, error, here.now()));
  await observer?.after(message, context, outcome);
  return [outcome, context];
}

async function within(transactions: TaskTransactions, run: () => Promise<Outcome>, failed: (error: unknown) => Outcome): Promise<Outcome> {
  let outcome: Outcome | undefined;
  const end = await transactions.run(null, async () => {
    outcome = await run();
    return outcome.kind === 'success' ? '' : null;
  });
  return 'error' in end ? failed(end.error) : outcome!;
}

async function invoke(handler: TaskHandler, message: TaskMessage, context: AttemptContext, here: AttemptSurroundings): Promise<Outcome> {
  try {
    const value: unknown = await currentTask.run(context, () => handler.invoke(message.args, context));
    return outcomeOfReturn(message, handler.options, value, here.codec);
  } catch (thrown) {
    return outcomeOfThrow(message, handler.options, context, thrown, here.now());
  }
}
