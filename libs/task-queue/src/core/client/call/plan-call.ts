import { callLimits, callTimes, checkCallOptions, type CallOptions, type Signature } from '../../canvas/call-options.js';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { ContentForm } from '../../message/content-codec.js';
import { PLANNED_HEADERS, type CallPlan, type PlannedHeader } from '../../message/task-message.js';
import type { UniqueKey } from '../../message/unique-key.js';
import { resolvePublishRetry, type PublishRetry } from '../../policies/retry/publish-retry.js';
import type { CalledTask } from '../../ports/task/declared-task.js';
import { chosenId, configuredTask, formOf, intervalOf, queueOf, refuseUnsupported, tagsOf, type CallContext } from './call-parts.js';
import { carriedArgs, checkCarried } from './carried-values.js';
import { keyOfPolicy, uniqueKeyOf, uniquePolicyOf } from './unique-key-of.js';

/** A call that is ready to be launched. */
export interface PlannedCall {
  readonly plan: CallPlan;
  readonly form: ContentForm;
  readonly traceparent: string | undefined;
  /** null = one try */
  readonly publishRetry: PublishRetry | null;
}

const RESOLVED: ReadonlySet<string> = new Set(['softTimeLimit', 'timeLimit', 'tags', 'link', 'linkError'] satisfies PlannedHeader[]);
/** Headers whose value is the option of that name as the call or its task gives it. */
const CARRIED: ReadonlySet<string> = new Set(PLANNED_HEADERS.filter((header) => !RESOLVED.has(header)));
const NO_OPTIONS: CallOptions = {};

/**
 * Checks a call and resolves its options: the call's own win over its route's, these over annotations, and these over the task's.
 * @param now epoch ms
 * @throws InvalidRouteError · UnknownOptionError · InvalidOptionError · UnknownQueueError · UnknownSerializerError ·
 *   ContentNotAcceptedError · ArgumentNotSerializableError · UnsupportedOptionError · PartMissingError
 */
export function planCall(
  declared: CalledTask,
  args: readonly unknown[],
  options: CallOptions = NO_OPTIONS,
  context: CallContext,
  now: number,
): PlannedCall {
  if (options !== NO_OPTIONS) checkCallOptions(options, declared.name);
  const task = configuredTask(declared, args, options, context);
  const form = formOf(task, options, context);
  const plan = planOf(task, args, options, context, form.contentType, now);
  if (task.unique !== undefined || options.unique !== undefined) plan.unique = uniqueKeyOf(task, plan.args, options, context.broker);
  const { publishRetry, traceparent } = options;
  return {
    plan,
    form,
    traceparent,
    publishRetry: publishRetry === undefined ? context.client.publishRetry : resolvePublishRetry(publishRetry),
  };
}

type Draft = { -readonly [K in keyof CallPlan]: CallPlan[K] };

function planOf(
  task: CalledTask,
  args: readonly unknown[],
  options: CallOptions,
  context: CallContext,
  contentType: string,
  now: number,
): Draft {
  const { name } = task;
  const plan: Draft = { task: name, args: carriedArgs(name, args, contentType), queue: queueOf(task, options, context.client) };
  carry(task, plan);
  const tags = tagsOf(task, options);
  if (tags !== undefined) plan.tags = tags;
  const interval = intervalOf(task, context.broker);
  if (interval !== undefined) plan.interval = interval;
  if (options !== NO_OPTIONS || task.expires !== undefined) Object.assign(plan, callTimes(options, task.expires, now));
  if (options !== NO_OPTIONS) withOptions(plan, options, context, contentType);
  if (plan.priority !== undefined || plan.ignoreResult === false) refuseUnsupported(plan, context);
  return plan;
}

function carry(options: object, plan: Draft): void {
  for (const name in options) {
    const value = CARRIED.has(name) ? (options as Record<string, unknown>)[name] : undefined;
    if (value !== undefined) (plan as Record<string, unknown>)[name] = value;
  }
}

function withOptions(plan: Draft, options: CallOptions, context: CallContext, contentType: string): void {
  carry(options, plan);
  const { kwargs, headers } = options;
  if (kwargs !== undefined) {
    checkCarried(plan.task, kwargs, 'kwargs', contentType);
    plan.kwargs = kwargs;
  }
  if (headers !== undefined) {
    checkCarried(plan.task, headers, 'headers', 'json');
    plan.headers = headers;
  }
  const id = chosenId(plan.task, options);
  if (id !== undefined) plan.id = id;
  Object.assign(plan, callLimits(options));
  for (const kind of ['link', 'linkError'] as const) {
    const links = planLinks(options[kind], kind, context, contentType);
    if (links !== undefined) plan[kind] = links;
  }
}

/** A call's links are planned by its sender: a mistake still has a caller, and the worker needs neither classes nor routes. */
function planLinks(
  links: Signature | readonly Signature[] | undefined,
  option: 'link' | 'linkError',
  context: CallContext,
  contentType: string,
): readonly CallPlan[] | undefined {
  if (links === undefined) return undefined;
  const list: readonly Signature[] = Array.isArray(links) ? links : [links as Signature];
  return list.length === 0 ? undefined : list.map((one) => planLink(one, option, context, contentType));
}

/** @param contentType of the call that it follows: it takes the result of that, so it travels in the same form */
function planLink(signature: Signature, option: 'link' | 'linkError', context: CallContext, contentType: string): CallPlan {
  if (!isSignature(signature)) {
    throw new InvalidOptionError(option, signature, "a signature, such as tasks.for(Posts).notify.s() or signature('blog.notify')");
  }
  const { task: name, args, options = NO_OPTIONS, declared = {}, immutable } = signature;
  checkCallOptions(options, name);
  refuseInLink(options, option);
  const task = configuredTask({ ...declared, name }, args, options, context);
  // Durations count from the end of the task before it, so they are planned from zero.
  const plan = planOf(task, args, options, context, contentType, 0);
  if (immutable) plan.immutable = true;
  const unique = uniqueOfLink(task, signature, context);
  if (unique !== undefined) plan.unique = unique;
  return Object.freeze(plan);
}

function refuseInLink({ publishRetry, serializer, compression }: CallOptions, option: string): void {
  const refuse = (name: string, value: unknown, why: string) => {
    if (value !== undefined) throw new InvalidOptionError(name, value, `left out of a call in ${option}: ${why}`);
  };
  refuse('publishRetry', publishRetry, 'a worker sends links together with its settlement');
  refuse('serializer', serializer, 'a link travels in the form of the task before it');
  refuse('compression', compression, 'a link travels in the form of the task before it');
}

/** A key made of arguments needs all of them: the key function does not travel, and the result is not known yet. */
function uniqueOfLink(task: CalledTask, { args, immutable, options = {} }: Signature, { broker }: CallContext): UniqueKey | undefined {
  const policy = uniquePolicyOf(task, options, broker);
  if (policy === null) return undefined;
  if (immutable || typeof policy.key === 'string') return keyOfPolicy(policy, task.name, args, options.kwargs);
  const needed = `a text for '${task.name}', which takes the result of the task before it; or make it immutable, or 'unique: false'`;
  throw new InvalidOptionError('unique.key', policy.key, needed);
}

function isSignature(value: unknown): value is Signature {
  const { task, args } = (value ?? {}) as Partial<Signature>;
  return typeof task === 'string' && task !== '' && Array.isArray(args);
}
