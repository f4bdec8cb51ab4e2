import type { TaskMessage } from '../message/task-message.js';
import type { SettlementContent } from '../ports/broker/consumer.js';
import type { TaskOptions } from '../ports/task/task-handler.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import { ignoresOutcome, ignoresResult } from './decide-outcome.js';
import { hasPublishListener } from './listening/publish-events.js';
import { logLineOf, type LogLine } from './log-lines.js';
import type { Outcome } from './outcome.js';
import { settlementOf } from './settlement-of.js';

/** How an attempt ended, as plain data: a child process or a thread can send it to its worker. */
export interface AttemptEnd {
  readonly kind: Outcome['kind'];
  /** undefined = nothing may be settled */
  readonly settlement: SettlementContent | undefined;
  /** the messages that the settlement publishes, for `after_task_publish`; undefined = no publish signal has a listener */
  readonly announced: readonly TaskMessage[] | undefined;
  readonly log: LogLine;
  /** only within this process: it holds what the handler returned or threw */
  readonly outcome?: Outcome;
}

const NO_CHILDREN: readonly string[] = Object.freeze([]);

/**
 * The end of a message, whether it ran or not.
 * @param options of its task; undefined = the task is unknown here
 * @param ran absent: it ended before it could run
 */
export function endOf(
  message: TaskMessage,
  outcome: Outcome,
  environment: AttemptEnvironment,
  options: TaskOptions | undefined,
  ran?: { readonly startedAt: number; readonly children: readonly string[] },
): AttemptEnd {
  const { listeners, isEager, clock, resultExpires, logger } = environment;
  if (outcome.kind === 'retry' && outcome.delayFault !== undefined) {
    const fields = { ...logLineOf(message, outcome).fields, error: outcome.delayFault };
    logger.error("'retry.delay' gave no delay; defaultRetryDelay is used", fields);
  }
  const announced: TaskMessage[] | undefined = isEager || !hasPublishListener(listeners) ? undefined : [];
  const settlement = settlementOf(outcome, {
    environment,
    message,
    at: clock.now(),
    expires: options?.resultExpires ?? resultExpires,
    // The caller of an eager task reads its record, so it is always made.
    ignore: !isEager && (options === undefined ? message.headers.ignoreResult === true : ignoresOutcome(message, options, outcome)),
    withoutValue: isEager && ignoresResult(message, options!),
    startedAt: ran === undefined ? null : ran.startedAt,
    children: ran === undefined ? NO_CHILDREN : ran.children,
    announced,
  });
  return { kind: outcome.kind, settlement, announced, log: logLineOf(message, outcome), outcome };
}
