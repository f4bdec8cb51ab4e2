import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import type { CallPlan } from '../message/task-message.js';
import type { PublishRetryInput } from '../policies/retry/publish-retry.js';
import { checkTags } from '../policies/tags.js';
import type { PublishingOptions } from '../ports/task/declared-task.js';
import type { UniqueOptions } from '../ports/task/unique-options.js';

/** Options of one call of a task with arguments A. Durations are ms or text such as '30s'. */
// oxlint-disable-next-line typescript/no-explicit-any -- calls by name may have any arguments
export interface CallOptions<A extends readonly unknown[] = any> extends Omit<PublishingOptions, 'expires' | 'unique' | 'rateLimit'> {
  /** not before this long from now, by the broker's clock */
  readonly countdown?: Duration;
  /** not before this instant (a Date, or epoch ms); instead of countdown */
  readonly eta?: Date | number;
  /** not after this long from now, or this instant; it then ends as REVOKED */
  readonly expires?: Duration | Date;
  /** the name of a worker: only workers of that name run it. Give it an `expires`, because no other worker takes it over */
  readonly worker?: string;
  /** an id of your own: the same id is accepted once within `dedupRetention` */
  readonly taskId?: string;
  /** a text that identifies this call of the task: the same one is accepted once within `dedupRetention`; instead of taskId */
  readonly idempotencyKey?: string;
  /** one call with the same key at a time; settings that are left out are those of the task; false = send it in any case */
  readonly unique?: boolean | UniqueOptions<A>;
  readonly kwargs?: Readonly<Record<string, unknown>>;
  /** your own headers; `ctx.headers` in the task */
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly ignoreResult?: boolean;
  readonly softTimeLimit?: Duration;
  readonly timeLimit?: Duration;
  /** the name that logs and results show instead of the task's */
  readonly shadow?: string;
  /** called when it succeeds, with its result as first argument (unless immutable) */
  readonly link?: Signature | readonly Signature[];
  /** called when it fails for good, with its id and its error as first arguments (unless immutable) */
  readonly linkError?: Signature | readonly Signature[];
  /** how a failed publish is retried, within `publishTimeout`; true = 3 times within a second, as in Celery */
  readonly publishRetry?: boolean | PublishRetryInput;
  readonly groupId?: string;
  /** W3C trace context */
  readonly traceparent?: string;
}

type Check = (value: never, name: string, task: string) => void;

/** Every option of a call, with its check. Options without one are checked where they are resolved. */
const CHECKS: { readonly [O in keyof Required<CallOptions>]: Check | null } = {
  countdown: null,
  eta: null,
  expires: null,
  queue: checkText,
  serializer: null,
  compression: null,
  priority: checkPriority,
  taskId: checkText,
  idempotencyKey: checkIdempotencyKey,
  unique: null,
  kwargs: null,
  headers: null,
  ignoreResult: null,
  softTimeLimit: null,
  timeLimit: null,
  worker: checkText,
  shadow: checkText,
  tags: (tags: readonly string[], _, task) => checkTags(tags, `the call of '${task}'`),
  link: null,
  linkError: null,
  publishRetry: null,
  groupId: null,
  traceparent: null,
};
const CHECK_OF = new Map<string, Check | null>(Object.entries(CHECKS));

/** Of each pair, a call gives one. */
const EXCLUSIVE = [
  ['worker', 'queue'],
  ['eta', 'countdown'],
  ['idempotencyKey', 'taskId'],
] as const satisfies readonly (readonly [keyof CallOptions, keyof CallOptions])[];

/** epoch ms of the last instant that a Date can be: stores accept no later one */
const LAST_INSTANT = 8.64e15;

/**
 * @throws UnknownOptionError · InvalidOptionError
 */
export function checkCallOptions(options: CallOptions, task: string): void {
  for (const name in options) {
    const check = CHECK_OF.get(name);
    if (check === undefined) throw new UnknownOptionError(name, `The call of '${task}'`, [...CHECK_OF.keys()]);
    const value = options[name as keyof CallOptions];
    if (check !== null && value !== undefined) check(value as never, name, task);
  }
  for (const [one, other] of EXCLUSIVE) {
    if (options[one] === undefined || options[other] === undefined) continue;
    throw new InvalidOptionError(one, options[one], `left out when ${other} is set (the call of '${task}' sets both)`);
  }
}

function checkIdempotencyKey(key: string, name: string): void {
  checkText(key, name);
  if (!key.isWellFormed()) throw new InvalidOptionError(name, key, 'well-formed text');
}

/**
 * @returns the limits that a call sets, in ms
 * @throws InvalidOptionError
 */
export function callLimits(options: CallOptions): { softTimeLimit?: number; timeLimit?: number } {
  const limits: { softTimeLimit?: number; timeLimit?: number } = {};
  if (options.softTimeLimit !== undefined) limits.softTimeLimit = toMilliseconds(options.softTimeLimit, 'softTimeLimit');
  if (options.timeLimit !== undefined) limits.timeLimit = toMilliseconds(options.timeLimit, 'timeLimit');
  if (limits.softTimeLimit !== undefined && limits.timeLimit !== undefined && limits.softTimeLimit > limits.timeLimit) {
    throw new InvalidOptionError('softTimeLimit', options.softTimeLimit, `no longer than timeLimit (${limits.timeLimit} ms)`);
  }
  return limits;
}

type CallTimes = { -readonly [T in 'countdown' | 'eta' | 'expiresIn' | 'expiresAt']?: CallPlan[T] };

/**
 * When a call is due and when it expires.
 * @param standard the task's own `expires`, used when the call sets none
 * @param now epoch ms
 * @throws InvalidOptionError
 */
export function callTimes({ countdown, eta, expires }: CallOptions, standard: Duration | undefined, now: number): CallTimes {
  const times: CallTimes = {};
  const end = expires ?? standard;
  if (end instanceof Date) {
    if (Number.isNaN(end.getTime())) throw new InvalidOptionError('expires', end, 'a valid Date or a duration');
    times.expiresAt = end.getTime();
  } else if (end !== undefined) times.expiresIn = toMilliseconds(end, 'expires');
  if (countdown !== undefined) {
    times.countdown = toMilliseconds(countdown, 'countdown');
    if (now + times.countdown > LAST_INSTANT) {
      throw new InvalidOptionError('countdown', countdown, 'a duration that ends while there are dates');
    }
  } else if (eta !== undefined) {
    times.eta = eta instanceof Date ? eta.getTime() : eta;
    if (!(times.eta >= 0 && times.eta <= LAST_INSTANT)) throw new InvalidOptionError('eta', eta, 'a valid Date or epoch milliseconds');
  }
  return times;
}

function checkPriority(priority: number | undefined): void {
  if (priority === undefined || (Number.isInteger(priority) && priority >= 0 && priority <= 9)) return;
  throw new InvalidOptionError('priority', priority, 'a whole number from 0 to 9 (higher first)');
}

function checkText(value: string | undefined, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '' && value.length <= 500)) return;
  throw new InvalidOptionError(name, value, 'a text of 1 to 500 characters');
}

/** A call not yet made: plain, frozen data. */
export interface Signature {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly options?: CallOptions;
  /** takes neither the result nor the error of the task before it: `args` are all its arguments */
  readonly immutable: boolean;
  /** the publishing options of the task's class; routes and `options` win over them */
  readonly declared?: PublishingOptions;
}

export interface SignatureOptions extends CallOptions {
  readonly immutable?: boolean;
}
