import { TaskRevokedError } from '../errors/run-errors.js';
import type { Codecs } from '../message/codecs.js';
import { serializeError } from '../message/serialize-error.js';
import type { TaskMessage } from '../message/task-message.js';
import type { TaskResultRecord } from '../message/task-result.js';
import { isExpired } from '../policies/expiry.js';
import type { Publication } from '../ports/broker/publication.js';
import type { TaskHandler } from '../ports/task/task-handler.js';
import type { AttemptEnd } from './attempt-end.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import type { AttemptJob } from './attempt-job.js';
import { RunAttempt } from './run-attempt.js';

export interface EagerRun {
  /** as it is stored */
  readonly record: TaskResultRecord;
  /** the messages that its end publishes */
  readonly followUps: readonly Publication[];
  /** what the last attempt threw, when it failed, was rejected or asked to be run later, which eager mode does not wait for */
  readonly thrown?: unknown;
}

/**
 * Runs a task inline, with its retries one after the other and without their delays. The message is encoded and decoded
 * first, so that the handler sees exactly what a worker would pass to it.
 */
export async function runEagerly(
  handler: TaskHandler,
  sent: TaskMessage,
  here: Omit<AttemptEnvironment, 'worker' | 'isEager'>,
): Promise<EagerRun> {
  const { codecs } = here;
  const attempts = new RunAttempt({ get: () => handler, handlers: () => [handler] }, { ...here, worker: 'eager', isEager: true });
  let message = throughWire(sent, codecs);
  for (;;) {
    const end = await attempt(attempts, handler, message, here.clock.now());
    const { outcome, settlement } = end;
    if (outcome!.kind === 'retry') {
      message = throughWire(outcome.next, codecs);
      continue;
    }
    return {
      followUps: settlement?.publish ?? [],
      record: JSON.parse(JSON.stringify(settlement!.result!.record)) as TaskResultRecord,
      ...('thrown' in outcome! ? { thrown: outcome.thrown } : {}),
    };
  }
}

function throughWire(message: TaskMessage, { messages }: Codecs): TaskMessage {
  return messages.decode({ id: message.id, queue: message.headers.queue, ...messages.encode(message) });
}

async function attempt(attempts: RunAttempt, handler: TaskHandler, message: TaskMessage, now: number): Promise<AttemptEnd> {
  const job = eagerJob(message, now);
  if (!isExpired(message, now)) return attempts.run(job);
  const error = serializeError(new TaskRevokedError(message.id, 'it expired before it ran'));
  return attempts.endWithoutRun(job, handler, { kind: 'revoked', error, why: 'expired' });
}

function eagerJob(message: TaskMessage, startedAt: number): AttemptJob {
  const noDelivery = { delivery: null, lease: null, ackedEarly: false, mayComeBack: false, abandoned: false };
  return { message, startedAt, deadline: undefined, abortReason: undefined, onAbort: undefined, ...noDelivery };
}
