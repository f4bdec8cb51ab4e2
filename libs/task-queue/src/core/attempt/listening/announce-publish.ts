import { findJsonProblem } from '../../message/plain-json.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { Signal } from '../../ports/task/signals.js';
import type { Listeners } from './listeners.js';
import { taskSignal } from './signal-payloads.js';

/**
 * Tells listeners that a message is about to be published. Headers that they add travel with the message. A header that
 * JSON cannot carry counts as a listener's failure, and the message is published without the additions.
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

/** Tells listeners that the broker has the message. */
export function announcePublished(message: TaskMessage, deduplicated: boolean, { signals }: Listeners): void {
  void signals.after_task_publish?.({ ...taskSignal(message), headers: message.headers.custom, deduplicated });
}
