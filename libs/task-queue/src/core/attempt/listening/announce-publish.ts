import { findJsonProblem } from '../../message/plain-json.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Signal } from '../../ports/task/signals.js';
import type { Listeners } from './listeners.js';
import { taskSignal } from './signal-payloads.js';

/**
 * Tells who listens what is about to be published. What they put into the headers travels with it, unless it is nothing
 * that JSON carries: that is a listener's failure, and no reason not to publish.
 */
export function announcePublish(message: TaskMessage, tell: Signal<'before_task_publish'>, listeners: Listeners): TaskMessage {
  const headers = { ...message.headers.custom };
  void tell({ ...taskSignal(message), headers });
  const problem = findJsonProblem(headers, 'headers');
  if (problem !== undefined) {
    const what = `${problem.path} is ${problem.problem}. ${problem.fix}`;
    listeners.failed('before_task_publish', 'a listener that added a header', new TypeError(what));
    return message;
  }
  return Object.freeze({ ...message, headers: Object.freeze({ ...message.headers, custom: Object.freeze(headers) }) });
}

/** Tells who listens that the broker has it. */
export function announcePublished(message: TaskMessage, deduplicated: boolean, { signals }: Listeners): void {
  void signals.after_task_publish?.({ ...taskSignal(message), headers: message.headers.custom, deduplicated });
}
