import type { Signature, SignatureOptions } from './call-options.js';
import { InvalidOptionError } from '../errors/option-errors.js';
import type { CalledTask } from '../ports/task/declared-task.js';

/**
 * A call by registered name, to be made later: `signature('blog.notify', [postId], { queue: 'email' })`. With the class at hand,
 * `tasks.for(PostTasks).notify.s(postId)` makes the same, typed.
 * @throws InvalidOptionError
 */
export function signature(
  task: string,
  args: readonly unknown[] = [],
  { immutable = false, ...options }: SignatureOptions = {},
): Signature {
  if (typeof task !== 'string' || task === '') throw new InvalidOptionError('task', task, 'the registered name of a task');
  if (!Array.isArray(args)) throw new InvalidOptionError('args', args, `the list of arguments of '${task}'`);
  return Object.freeze({ task, args, options: Object.freeze(options), immutable });
}

/** The signature of a declared task. */
export function signatureOf({ name, ...declared }: CalledTask, args: readonly unknown[], immutable: boolean): Signature {
  return Object.freeze({ task: name, args, immutable, declared });
}
