import { InvalidOptionError } from '../../errors/option-errors.js';
import type { CallPlan } from '../../message/task-message.js';
import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { UniqueKey } from '../../message/unique-key.js';
import { carriedArgs, checkCarried } from './carried-values.js';
import { callLimits, type CallOptions, callTimes, checkCallOptions, type Signature } from '../../canvas/call-options.js';
import type { CallSurroundings } from './call-surroundings.js';
import { chosenId } from './id-of-call.js';
import { configuredTask } from './configured-task.js';
import { intervalOf } from './limit-of-call.js';
import { queueOf } from './queue-of-call.js';
import { tagsOf } from './tags-of-call.js';
import { keyOfPolicy, uniquePolicyOf } from './unique-key-of.js';

type Declared = Omit<DeclaredTask, 'method'>;

/**
 * Links of a call as they travel: checked here, where a mistake still has a caller, and complete, so that the worker which
 * makes these calls needs to know neither their classes nor the routes.
 * @param contentType of the call: what follows a task travels in its form, because it takes its result
 * @returns null = none
 */
export function settleLinks(
  links: Signature | readonly Signature[] | undefined,
  option: 'link' | 'linkError',
  surroundings: CallSurroundings,
  contentType: string,
): readonly CallPlan[] | null {
  if (links === undefined) return null;
  const list: readonly Signature[] = Array.isArray(links) ? links : [links as Signature];
  if (list.length === 0) return null;
  return list.map((one) => settleSignature(one, option, surroundings, contentType));
}

function settleSignature(signature: Signature, option: string, surroundings: CallSurroundings, contentType: string): CallPlan {
  if (!isSignature(signature)) {
    throw new InvalidOptionError(option, signature, "a signature, such as tasks.for(Posts).notify.s() or signature('blog.notify')");
  }
  const { task: name, args, options = {}, declared = {} } = signature;
  checkCallOptions(options, name);
  if (options.publishRetry !== undefined) {
    throw new InvalidOptionError(
      'publishRetry',
      options.publishRetry,
      `absent in ${option}: a worker sends it together with what it settles`,
    );
  }
  for (const part of ['serializer', 'compression'] as const) {
    if (options[part] === undefined) continue;
    throw new InvalidOptionError(part, options[part], `absent in ${option}: what follows a task travels in the form of that task`);
  }
  const task = configuredTask({ ...declared, name }, args, options, surroundings);
  if (options.kwargs !== undefined) checkCarried(name, options.kwargs, 'kwargs', contentType);
  if (options.headers !== undefined) checkCarried(name, options.headers, 'headers', 'json');
  return withoutNothing({
    task: name,
    args: carriedArgs(name, args, contentType),
    kwargs: options.kwargs,
    queue: queueOf(task, options, surroundings.client),
    immutable: signature.immutable ? true : undefined,
    id: chosenId(name, options),
    unique: settleUnique(task, signature, surroundings),
    priority: options.priority ?? task.priority,
    interval: intervalOf(task, surroundings.broker),
    ...timesOf(options, options.expires ?? task.expires),
    ...callLimits(options),
    ignoreResult: options.ignoreResult,
    shadow: options.shadow,
    tags: tagsOf(task, options),
    groupId: options.groupId,
    headers: options.headers,
    link: settleLinks(options.link, 'link', surroundings, contentType),
    linkError: settleLinks(options.linkError, 'linkError', surroundings, contentType),
  });
}

/** A key that is made of arguments can be made only where all of them are known: the sender's function does not travel. */
function settleUnique(task: Declared, { args, immutable, options = {} }: Signature, { broker }: CallSurroundings): UniqueKey | undefined {
  const policy = uniquePolicyOf(task, options, broker);
  if (policy === null) return undefined;
  if (immutable || typeof policy.key === 'string') return keyOfPolicy(policy, task.name, args, options.kwargs);
  const needed = `a text for '${task.name}', which takes the result of the task that it follows; or make it immutable, or 'unique: false'`;
  throw new InvalidOptionError('unique.key', policy.key, needed);
}

function isSignature(value: unknown): value is Signature {
  const { task, args } = (value ?? {}) as Partial<Signature>;
  return typeof task === 'string' && task !== '' && Array.isArray(args);
}

/** Lengths of time count from the end of the task that is followed; instants stay. */
function timesOf(options: CallOptions, expires: CallOptions['expires']): Pick<CallPlan, 'countdown' | 'eta' | 'expiresIn' | 'expiresAt'> {
  // From zero on, an instant that counts from now is its length.
  const { due, expires: until } = callTimes({ ...options, expires }, undefined, 0);
  return {
    ...(due === undefined ? {} : 'delay' in due ? { countdown: due.delay } : { eta: due.eta }),
    ...(until === null ? {} : expires instanceof Date ? { expiresAt: until } : { expiresIn: until }),
  };
}

type Loose<T> = { readonly [K in keyof T]: T[K] | undefined | null };

/** Without what was not said: it travels in every message that carries the link. */
function withoutNothing(call: Loose<CallPlan>): CallPlan {
  return Object.freeze(
    Object.fromEntries(Object.entries(call).filter(([, value]) => value !== undefined && value !== null)),
  ) as unknown as CallPlan;
}
