import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskContext } from './task-context.js';

/** The run that the current code belongs to; empty outside of tasks. Calls of the task take their rootId and parentId from it. */
export const currentTask = new AsyncLocalStorage<TaskContext>();
