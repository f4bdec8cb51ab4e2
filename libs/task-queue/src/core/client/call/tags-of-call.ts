import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';

/** The tags of a call: those of its task, and its own; undefined where there are none. */
export function tagsOf({ tags }: Pick<DeclaredTask, 'tags'>, options: CallOptions): readonly string[] | undefined {
  if (options.tags === undefined) return tags;
  return tags === undefined ? options.tags : [...new Set([...tags, ...options.tags])];
}
