import type { TaskResultRecord } from '../../message/task-result.js';

/** State and attempt stand first, where scripts find them without decoding the rest (`head_of` in scripts/prelude.lua). */
export function encodeRecord(record: TaskResultRecord): string {
  const { id, state, retries, result, error, meta, content, at, worker, call, parent, children } = record;
  return JSON.stringify({ state, retries, id, result, error, meta, content, at, worker, call, parent, children });
}

export function decodeRecord(text: string): TaskResultRecord {
  return JSON.parse(text) as TaskResultRecord;
}
