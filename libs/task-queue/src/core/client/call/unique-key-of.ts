import { createHash } from 'node:crypto';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { toTagged } from '../../message/serializers/tagged-values.js';
import { unsupportedBy } from '../../policies/engine-features.js';
import { resolveUnique } from '../../policies/unique-options.js';
import type { CalledTask } from '../../ports/task/declared-task.js';
import type { BrokerCapabilities } from '../../ports/broker/capabilities.js';
import type { UniqueKey } from '../../message/unique-key.js';
import type { UniqueOptions, UniquePolicy } from '../../ports/task/unique-options.js';
import type { CallOptions } from '../../canvas/call-options.js';

type Kwargs = Readonly<Record<string, unknown>>;

/** Longer keys are hashed: the broker stores one for each message. */
const LONGEST_KEY = 300;

/**
 * The unique key of a call; undefined = none. The task's own option completes that of the call.
 * @param args as they travel
 * @throws InvalidOptionError · UnknownOptionError · UnsupportedOptionError
 */
export function uniqueKeyOf(
  task: CalledTask,
  args: readonly unknown[],
  options: CallOptions,
  broker: BrokerCapabilities,
): UniqueKey | undefined {
  const policy = uniquePolicyOf(task, options, broker);
  return policy === null ? undefined : keyOfPolicy(policy, task.name, args, options.kwargs);
}

/** null = not unique */
export function uniquePolicyOf(task: CalledTask, options: CallOptions, broker: BrokerCapabilities): UniquePolicy | null {
  const asked = layOver(task.unique, options.unique);
  const policy = asked === undefined ? null : resolveUnique(asked, `the call of '${task.name}'`);
  if (policy !== null && !broker.unique) throw unsupportedBy(broker, 'unique', 'unique', `The call of '${task.name}'`);
  return policy;
}

/** @throws InvalidOptionError when the key is not text */
export function keyOfPolicy({ key, ...policy }: UniquePolicy, task: string, args: readonly unknown[], kwargs?: Kwargs): UniqueKey {
  const made = typeof key === 'function' ? key(...args) : key;
  if (key !== undefined && !isText(made)) {
    throw new InvalidOptionError(
      'unique.key',
      made,
      `a text that is not empty and well-formed, also where a function makes it ('${task}')`,
    );
  }
  // A list of two or of three: a key of the user never equals one made of all arguments.
  const text = made === undefined ? canonicalJson([task, args, kwargs ?? {}]) : JSON.stringify([task, made]);
  return { ...policy, key: text.length <= LONGEST_KEY ? text : `sha256:${createHash('sha256').update(text).digest('base64url')}` };
}

/** The same text for the same data, independent of the order of properties. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(toTagged(value, 'base64'), (_, part: unknown) => (isObject(part) ? sorted(part) : part));
}

function layOver(own: CalledTask['unique'], said: CallOptions['unique']): boolean | UniqueOptions | undefined {
  if (said === undefined || own === said) return own;
  if (own === undefined || own === false) return said;
  if (said === true) return own;
  return own === true || !isObject(own) || !isObject(said) ? said : { ...own, ...given(said) };
}

/** Without undefined options, which would hide those of the task. */
function given(options: UniqueOptions): UniqueOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function sorted(object: object): object {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.isWellFormed();
}
