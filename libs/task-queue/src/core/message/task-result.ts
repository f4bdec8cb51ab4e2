import type { PackedContent } from './content-codec.js';
import type { TaskState } from './task-state.js';

/** What is stored of a task: its state and what belongs to it. */
export interface TaskResultRecord {
  readonly id: string;
  readonly state: TaskState;
  /** the attempt it speaks of: 0 = the first */
  readonly retries: number;
  /** SUCCESS: what the handler returned (undefined is stored as null) */
  readonly result?: unknown;
  /** FAILURE, RETRY, REVOKED, REJECTED: why */
  readonly error?: SerializedError;
  /** custom states: what `updateState` was given */
  readonly meta?: unknown;
  /** as it is stored: result, meta (and error, where it is encrypted) in the form in which the call came; see result-codec.ts */
  readonly content?: PackedContent;
  /** epoch ms at which the state was reached, by the worker's clock */
  readonly at: number;
  /** name of the worker that reached it */
  readonly worker?: string;
  /** for a store that is searched: the task that it is of */
  readonly task?: RecordedTask;
  /** with `resultExtended`: the call that it is of */
  readonly call?: RecordedCall;
  /** with `trail`: id of the task that sent it */
  readonly parent?: string;
  /** with `trail`: ids of what its last attempt has sent */
  readonly children?: readonly string[];
}

/** By what a result is found. */
export interface RecordedTask {
  /** of the task, or the shadow it was given */
  readonly name: string;
  readonly queue: string;
  readonly tags: readonly string[];
  /** name of the schedule that sent it */
  readonly schedule?: string;
  /** epoch ms by the sender's clock */
  readonly sentAt: number;
  /** epoch ms at which the attempt began, by the worker's clock; null = it did not run */
  readonly startedAt: number | null;
}

export interface RecordedCall {
  /** of the task, or the shadow it was given */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
}

/** An error as data: no class is rebuilt from it, no code is run. */
export interface SerializedError {
  /** the class's name */
  readonly type: string;
  readonly message: string;
  readonly code?: string;
  readonly stack?: string;
}
