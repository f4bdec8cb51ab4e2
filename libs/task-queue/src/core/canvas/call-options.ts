import type { DeclaredTask } from '../ports/task/declared-task.js';
import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import type { CompressionName, SerializerName } from '../message/content-options.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import { checkTags } from '../policies/tags.js';
import type { UniqueOptions } from '../ports/task/unique-options.js';
import type { PublishRetryInput } from '../policies/retry/publish-retry.js';

/** What one call may say, of a task with arguments A. Durations are ms or text such as '30s'. */
// oxlint-disable-next-line typescript/no-explicit-any -- calls by name may have any arguments
export interface CallOptions<A extends readonly unknown[] = any> {
  /** not before this long from now, by the broker's clock */
  readonly countdown?: Duration;
  /** not before this instant (a Date, or epoch ms); instead of countdown */
  readonly eta?: Date | number;
  /** not after this long from now, or this instant; it then ends as REVOKED */
  readonly expires?: Duration | Date;
  readonly queue?: string;
  /** how arguments and result are written; it must be in `acceptContent` */
  readonly serializer?: SerializerName;
  readonly compression?: CompressionName;
  /** the name of a worker: only workers of that name run it. Nobody else takes it: give it an `expires` */
  readonly worker?: string;
  /** 0–9, higher first; default 5 */
  readonly priority?: number;
  /** an id of your own: the same id is not taken twice within `dedupRetention` */
  readonly taskId?: string;
  /** a text that stands for this call of the task: the same one is not taken twice within `dedupRetention`; instead of taskId */
  readonly idempotencyKey?: string;
  /** one call with the same key at a time; what is not said here is as the task says; false = send it whatever is there */
  readonly unique?: boolean | UniqueOptions<A>;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** your own headers; `ctx.headers` in the task */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly ignoreResult?: boolean;
  readonly softTimeLimit?: Duration;
  readonly timeLimit?: Duration;
  /** the name that logs and results show instead of the task's */
  readonly shadow?: string;
  /** words that its result is found by, where results are searched; beside those of the task */
  readonly tags?: readonly string[];
  /** what is called when it succeeds, with what it returned as first argument (unless immutable) */
  readonly link?: Signature | readonly Signature[];
  /** what is called when it fails for good, with its id and its error as first arguments (unless immutable) */
  readonly linkError?: Signature | readonly Signature[];
  /** how a publish that failed is tried again, within `publishTimeout`; true = as Celery: 3 times within a second */
  readonly publishRetry?: boolean | PublishRetryInput;
  readonly groupId?: string;
  /** W3C trace context */
  readonly traceparent?: string;
}

const KNOWN: readonly (keyof CallOptions)[] = [
  'countdown',
  'eta',
  'expires',
  'queue',
  'serializer',
  'compression',
  'priority',
  'taskId',
  'idempotencyKey',
  'unique',
  'kwargs',
  'headers',
  'ignoreResult',
  'softTimeLimit',
  'timeLimit',
  'worker',
  'shadow',
  'tags',
  'link',
  'linkError',
  'publishRetry',
  'groupId',
  'traceparent',
];
/** epoch ms of the last instant that a Date can be: stores take no later one */
const LAST_INSTANT = 8.64e15;
const KNOWN_SET: ReadonlySet<string> = new Set(KNOWN);

/** When a call is to run, in the forms that a message and a publication take. */
export interface CallTimes {
  /** epoch ms by the sender's clock, for the message's header */
  readonly eta: number | null;
  readonly expires: number | null;
  readonly due: { readonly delay: number } | { readonly eta: number } | undefined;
}

/**
 * @throws UnknownOptionError · InvalidOptionError
 */
export function checkCallOptions(options: CallOptions, task: string): void {
  for (const key in options) {
    if (!KNOWN_SET.has(key)) throw new UnknownOptionError(key, `The call of '${task}'`, KNOWN);
  }
  checkPriority(options.priority);
  checkText(options.queue, 'queue');
  checkText(options.taskId, 'taskId');
  checkIdempotencyKey(options, task);
  checkText(options.worker, 'worker');
  checkText(options.shadow, 'shadow');
  if (options.tags !== undefined) checkTags(options.tags, `the call of '${task}'`);
  if (options.worker !== undefined && options.queue !== undefined) {
    throw new InvalidOptionError('worker', options.worker, `absent beside queue (the call of '${task}' gives both)`);
  }
  if (options.countdown !== undefined && options.eta !== undefined) {
    throw new InvalidOptionError('eta', options.eta, `absent beside countdown (the call of '${task}' gives both)`);
  }
}

function checkIdempotencyKey({ idempotencyKey, taskId }: CallOptions, task: string): void {
  if (idempotencyKey === undefined) return;
  checkText(idempotencyKey, 'idempotencyKey');
  if (!idempotencyKey.isWellFormed()) throw new InvalidOptionError('idempotencyKey', idempotencyKey, 'well-formed text');
  if (taskId === undefined) return;
  throw new InvalidOptionError('idempotencyKey', idempotencyKey, `absent beside taskId (the call of '${task}' gives both)`);
}

/**
 * The limits that a call gives, in ms.
 * @throws InvalidOptionError
 */
export function callLimits(options: CallOptions): { readonly softTimeLimit?: number; readonly timeLimit?: number } {
  const limits: { softTimeLimit?: number; timeLimit?: number } = {};
  if (options.softTimeLimit !== undefined) limits.softTimeLimit = toMilliseconds(options.softTimeLimit, 'softTimeLimit');
  if (options.timeLimit !== undefined) limits.timeLimit = toMilliseconds(options.timeLimit, 'timeLimit');
  if (limits.softTimeLimit !== undefined && limits.timeLimit !== undefined && limits.softTimeLimit > limits.timeLimit) {
    throw new InvalidOptionError('softTimeLimit', options.softTimeLimit, `no longer than timeLimit (${limits.timeLimit} ms)`);
  }
  return limits;
}

/**
 * @param expires the task's own default, used when the call names none
 * @throws InvalidOptionError
 */
export function callTimes(options: CallOptions, expires: Duration | undefined, now: number): CallTimes {
  const deadline = instant(options.expires ?? expires, 'expires', now);
  if (options.countdown !== undefined) {
    const delay = toMilliseconds(options.countdown, 'countdown');
    if (now + delay > LAST_INSTANT)
      throw new InvalidOptionError('countdown', options.countdown, 'a duration that ends while there are dates');
    return { eta: now + delay, expires: deadline, due: delay > 0 ? { delay } : undefined };
  }
  if (options.eta !== undefined) {
    const eta = options.eta instanceof Date ? options.eta.getTime() : options.eta;
    if (!(eta >= 0 && eta <= LAST_INSTANT)) throw new InvalidOptionError('eta', options.eta, 'a valid Date or epoch milliseconds');
    return { eta, expires: deadline, due: { eta } };
  }
  return { eta: null, expires: deadline, due: undefined };
}

function instant(value: Duration | Date | undefined, name: string, now: number): number | null {
  if (value === undefined) return null;
  if (!(value instanceof Date)) return now + toMilliseconds(value, name);
  if (Number.isNaN(value.getTime())) throw new InvalidOptionError(name, value, 'a valid Date or a duration');
  return value.getTime();
}

export function checkPriority(priority: number | undefined): void {
  if (priority === undefined || (Number.isInteger(priority) && priority >= 0 && priority <= 9)) return;
  throw new InvalidOptionError('priority', priority, 'a whole number from 0 to 9 (higher first)');
}

export function checkText(value: string | undefined, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 500)) return;
  throw new InvalidOptionError(name, value, 'a text of 1 to 500 characters');
}

/** A call not yet made: plain, frozen data. */
export interface Signature {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly options?: CallOptions;
  /** takes nothing from the task before it: neither its result nor its error is put before `args` */
  readonly immutable: boolean;
  /** what the task's class declares for its calls; routes and `options` win over it */
  readonly declared?: Omit<DeclaredTask, 'name' | 'method'>;
}

export interface SignatureOptions extends CallOptions {
  readonly immutable?: boolean;
}
