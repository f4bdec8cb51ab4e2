import type { TaskMessage } from '../message/task-message.js';

/** Whether the message must not be run any more. */
export function isExpired(message: TaskMessage, now: number): boolean {
  return message.headers.expires !== null && message.headers.expires <= now;
}
