import type { TaskState } from '../../message/task-state.js';
import type { TaskContext } from './task-context.js';

/** The events that the hooks of a class receive about the runs of its tasks. */
export interface TaskHookEvents {
  /** before the handler, its guards and pipes */
  beforeStart: { readonly context: TaskContext };
  success: { readonly context: TaskContext; readonly result: unknown };
  /** it will be run again: after `due` */
  retry: { readonly context: TaskContext; readonly error: unknown; readonly due: { readonly delay: number } | { readonly eta: number } };
  /** it failed for good; also without a run, when its workers were lost too often */
  failure: { readonly context: TaskContext; readonly error: unknown };
  /** after each run, however it ended */
  afterReturn: { readonly context: TaskContext; readonly state: TaskState; readonly result?: unknown; readonly error?: unknown };
}

export type TaskHookName = keyof TaskHookEvents;

export interface TaskHook<N extends TaskHookName> {
  /** its place in the code, for logs */
  readonly place: string;
  /** an error that it throws, or rejects with, is logged and counted */
  call(event: TaskHookEvents[N]): unknown;
}

export type TaskHooks = { readonly [N in TaskHookName]?: readonly TaskHook<N>[] };
