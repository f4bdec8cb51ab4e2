import type { TaskResultRecord } from '../../message/task-result.js';
import type { FailedTaskLog } from './failed-task-log.js';

/** Stores the results of tasks for `resultExpires`. */
export interface ResultBackend {
  connect(): Promise<void>;
  close(): Promise<void>;
  /**
   * Saves unless a terminal state, or the record of a higher attempt, is already there for the id.
   * @param expires ms it is kept
   * @returns per record, whether it was written
   */
  save(records: readonly TaskResultRecord[], expires: number): Promise<boolean[]>;
  /** The records, null where there is none, in order. */
  load(ids: readonly string[]): Promise<(TaskResultRecord | null)[]>;
  /**
   * The terminal record of an id: subscribed to, with a bounded poll behind the subscription.
   * @returns null when the signal is aborted first
   */
  wait(id: string, signal: AbortSignal): Promise<TaskResultRecord | null>;
  forget(ids: readonly string[]): Promise<void>;
  /** records can be searched, so they must name their task ({@link TaskResultRecord.task}); default false */
  readonly searchable?: boolean;
  /** also keeps dead letters; absent = only the broker keeps them */
  readonly failedTasks?: FailedTaskLog;
  /** Removes a batch of expired records; absent = the store does so itself. @returns whether more may be left */
  prune?(): Promise<boolean>;
}
