import { ArgumentNotSerializableError } from '../../errors/call-errors.js';
import { findJsonProblem } from '../../message/plain-json.js';

/**
 * Arguments as they travel: without trailing ones that were not given.
 * @throws ArgumentNotSerializableError
 */
export function carriedArgs(task: string, args: readonly unknown[], contentType: string): readonly unknown[] {
  let length = args.length;
  while (length > 0 && args[length - 1] === undefined) length--;
  const carried = length === args.length ? args : args.slice(0, length);
  checkCarried(task, carried, 'args', contentType);
  return carried;
}

/** @throws ArgumentNotSerializableError */
export function checkCarried(task: string, value: unknown, root: string, contentType: string): void {
  const found = findJsonProblem(value, root, contentType !== 'json');
  if (found !== undefined) throw new ArgumentNotSerializableError(task, found.path, found.problem, found.fix);
}
