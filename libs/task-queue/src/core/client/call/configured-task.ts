import type { DeclaredTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';
import type { CallSurroundings } from './call-surroundings.js';

type Declared = Omit<DeclaredTask, 'method'>;

/** What a call's task says of publishing: its route's word, else that of the annotations, else its own. */
export function configuredTask(task: Declared, args: readonly unknown[], options: CallOptions, surroundings: CallSurroundings): Declared {
  const { client, routing } = surroundings;
  const annotated = client.annotations === null ? task : client.annotations.declare(task);
  return routing === null ? annotated : routing.apply(annotated, args, options);
}
