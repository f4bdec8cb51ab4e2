import type { TaskResultRecord } from '../../message/task-result.js';

export function encodeRecord(record: TaskResultRecord): Buffer {
  return Buffer.from(JSON.stringify(record));
}

export function decodeRecord(bytes: Buffer): TaskResultRecord {
  return JSON.parse(bytes.toString()) as TaskResultRecord;
}

/** Text of PostgreSQL cannot hold NUL: no id that does is stored, or found. */
export function storable(id: string): boolean {
  return !id.includes('\u0000');
}
