import type { FailedAttempt } from './failed-attempt.js';
import type { FollowUp } from './follow-up.js';

/**
 * The envelope of one call, as it travels. It is frozen data: a change (a retry, a parking) makes a new message.
 * All instants are epoch milliseconds, all lengths of time milliseconds.
 */
export interface TaskMessage {
  /** uuid v7 unless the caller chose one; stays the same across retries */
  readonly id: string;
  /** the registered name of the task */
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly headers: TaskHeaders;
}

export interface TaskHeaders {
  /** the queue it was sent to, and goes back to when it is retried */
  readonly queue: string;
  /** the first task of the tree this one belongs to; its own id for a task sent from outside any task */
  readonly rootId: string;
  /** the task that sent this one */
  readonly parentId: string | null;
  readonly groupId: string | null;
  /** attempts already made and retried: 0 on the first */
  readonly retries: number;
  /** not to be run before this instant; null = at once */
  readonly eta: number | null;
  /** not to be run after this instant; null = never expires */
  readonly expires: number | null;
  /** 0–9, higher first */
  readonly priority: number;
  /** hard limit of one attempt in ms, overriding the task's */
  readonly timeLimit: number | null;
  /** soft limit of one attempt in ms, overriding the task's */
  readonly softTimeLimit: number | null;
  /** `pid@host` of the sender */
  readonly origin: string;
  /** language of the sender: 'js' here */
  readonly lang: string;
  /** how args and kwargs are serialized: 'json' */
  readonly contentType: string;
  readonly compression: string | null;
  /** args and kwargs came encrypted, or are to go so: what belongs to the message then goes encrypted, too */
  readonly encrypted: boolean;
  /** true: the outcome is not stored, whatever the task's option says; null = as the task says */
  readonly ignoreResult: boolean | null;
  /** instant of sending by the sender's clock; kept across retries */
  readonly sentAt: number;
  /** first instant at which a worker did not know the task's name; null = never parked */
  readonly parkedSince: number | null;
  /** the id leaves a trace after it is finished, so that it cannot run a second time within `dedupRetention` */
  readonly traced: boolean;
  /** W3C trace context of the sender */
  readonly traceparent: string | null;
  /** the name that logs and results show instead of the task's */
  readonly shadow: string | null;
  /** calls that its success makes, with what it returned before their own arguments */
  readonly link: readonly FollowUp[] | null;
  /** calls that its failure makes, with its id and error before their own arguments */
  readonly linkError: readonly FollowUp[] | null;
  /** how often it was sent again as a dead letter */
  readonly redrives: number;
  /** words that its result is found by */
  readonly tags: readonly string[];
  /** the attempts that failed, oldest first; bounded */
  readonly attempts: readonly FailedAttempt[];
  /** the caller's own headers */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** The priority of a message that names none: the middle of 0–9. */
export const DEFAULT_PRIORITY = 5;
export const DEFAULT_QUEUE = 'default';
export const NO_TAGS: readonly string[] = Object.freeze([]);
