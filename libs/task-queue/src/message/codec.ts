import type { TaskMessage } from './task-message.js';
import { messageOf, readWire, writeWire } from './wire.js';

export function encodeMessage(message: TaskMessage): string {
  return writeWire(message);
}
export function decodeMessage(id: string, body: string): TaskMessage {
  return messageOf(id, readWire(id, body));
}
