import type { TaskMessage } from '../message/task-message.js';
import type { TaskResultRecord } from '../message/task-result.js';

/** What results tell beyond the outcome. */
export interface Recording {
  /** `resultExtended`: which call it was */
  readonly extended: boolean;
  /** `trail`: the task that sent it, and those that it sent */
  readonly trail: boolean;
}

/** A record with what is to be told beside the outcome. */
export function describeRecord(
  record: TaskResultRecord,
  message: TaskMessage,
  { extended, trail }: Recording,
  children: readonly string[],
): TaskResultRecord {
  const { queue, shadow, parentId } = message.headers;
  const { args, kwargs } = message;
  return {
    ...record,
    ...(extended ? { call: { name: shadow ?? message.task, args, kwargs, queue } } : {}),
    ...(trail && parentId !== null ? { parent: parentId } : {}),
    ...(trail && children.length > 0 ? { children } : {}),
  };
}

/** @returns null = nothing is told beside the outcome */
export function recordingOf({ resultExtended, trail }: { readonly resultExtended: boolean; readonly trail: boolean }): Recording | null {
  return resultExtended || trail ? Object.freeze({ extended: resultExtended, trail }) : null;
}
