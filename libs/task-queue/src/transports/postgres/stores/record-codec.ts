import type { TaskResultRecord } from '../../../core/message/task-result.js';

export function encodeRecord(record: TaskResultRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

export function decodeRecord(bytes: Buffer): TaskResultRecord {
  return JSON.parse(bytes.toString()) as TaskResultRecord;
}
