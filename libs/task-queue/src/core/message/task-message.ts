import { NO_ATTEMPTS, type FailedAttempt } from './failed-attempt.js';
import type { UniqueKey } from './unique-key.js';

/**
 * One call as it travels. Messages are frozen: a retry or a parking makes a new one. All instants are epoch milliseconds, all
 * durations milliseconds.
 */
export interface TaskMessage {
  /** uuid v7 unless the caller chose one; the same across retries */
  readonly id: string;
  /** the registered name of the task */
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly headers: TaskHeaders;
}

/** A new header needs its type and default here, and its key in `formats/native/wire.ts`. */
export interface TaskHeaders {
  /** the queue it was sent to; retries go back to it */
  readonly queue: string;
  /** the first task of its tree; its own id for a task that was sent from outside any task */
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
  /** the serializer of args and kwargs, such as 'json' */
  readonly contentType: string;
  readonly compression: string | null;
  /** args and kwargs were received encrypted, or are sent encrypted; results and retries are then encrypted too */
  readonly encrypted: boolean;
  /** true: the outcome is not stored, whatever the task's option says; null = as the task says */
  readonly ignoreResult: boolean | null;
  /** instant of sending by the sender's clock; kept across retries */
  readonly sentAt: number;
  /** first instant at which a worker did not know the task's name; null = never parked */
  readonly parkedSince: number | null;
  /** the broker remembers the id for `dedupRetention` after the task has finished, so that it cannot run again */
  readonly traced: boolean;
  /** W3C trace context of the sender */
  readonly traceparent: string | null;
  /** the name that logs and results show instead of the task's */
  readonly shadow: string | null;
  /** calls made when it succeeds, with its result before their own arguments */
  readonly link: readonly CallPlan[] | null;
  /** calls made when it fails, with its id and error before their own arguments */
  readonly linkError: readonly CallPlan[] | null;
  /** how often it was redriven as a dead letter */
  readonly redrives: number;
  /** words that its result can be searched by */
  readonly tags: readonly string[];
  /** the attempts that failed, oldest first; bounded */
  readonly attempts: readonly FailedAttempt[];
  /** the caller's own headers */
  readonly custom: Readonly<Record<string, unknown>>;
}

/** Headers that a call sets by an option of the same name: a {@link CallPlan} has them as fields. */
export const PLANNED_HEADERS = [
  'priority',
  'softTimeLimit',
  'timeLimit',
  'ignoreResult',
  'shadow',
  'tags',
  'groupId',
  'link',
  'linkError',
] as const satisfies readonly (keyof TaskHeaders)[];

export type PlannedHeader = (typeof PLANNED_HEADERS)[number];

/**
 * A call with its options checked and resolved: plain data, from which `launchCall` makes the message. The links of a message
 * travel as plans, so a worker needs to know neither their classes nor the routes. Durations are ms; a plan that waits for
 * another task counts them from the end of that task.
 */
export interface CallPlan extends Partial<{ readonly [H in PlannedHeader]: NonNullable<TaskHeaders[H]> }> {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly queue: string;
  /** of a link: its own arguments are all; it takes neither result nor error of the task before it */
  readonly immutable?: true;
  /** chosen by the caller; absent = a fresh one, or for a link one derived from the task before it */
  readonly id?: string;
  readonly unique?: UniqueKey;
  /** ms from one run of its task to the next; absent = no rate limit */
  readonly interval?: number;
  readonly countdown?: number;
  /** instead of countdown */
  readonly eta?: number;
  readonly expiresIn?: number;
  /** instead of expiresIn */
  readonly expiresAt?: number;
  /** the caller's own headers */
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** The priority of a message that names none: the middle of 0–9. */
export const DEFAULT_PRIORITY = 5;
export const DEFAULT_QUEUE = 'default';
export const NO_TAGS: readonly string[] = Object.freeze([]);
export const NO_ARGS: readonly unknown[] = Object.freeze([]);
export const NO_KEYS: Readonly<Record<string, unknown>> = Object.freeze({});

export type DraftHeaders = { -readonly [H in keyof TaskHeaders]: TaskHeaders[H] };

/** The headers of a new message, with their defaults. A literal, because V8 freezes a copied object ten times more slowly. */
export function newHeaders(id: string, queue: string, origin: string, sentAt: number, traced: boolean): DraftHeaders {
  return {
    queue,
    rootId: id,
    parentId: null,
    groupId: null,
    retries: 0,
    eta: null,
    expires: null,
    priority: DEFAULT_PRIORITY,
    timeLimit: null,
    softTimeLimit: null,
    origin,
    lang: 'js',
    contentType: 'json',
    compression: null,
    encrypted: false,
    ignoreResult: null,
    sentAt,
    parkedSince: null,
    traced,
    traceparent: null,
    shadow: null,
    link: null,
    linkError: null,
    redrives: 0,
    tags: NO_TAGS,
    attempts: NO_ATTEMPTS,
    custom: NO_KEYS,
  };
}
