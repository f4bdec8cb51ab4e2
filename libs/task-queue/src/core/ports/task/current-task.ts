import { AsyncLocalStorage } from 'node:async_hooks';
import type { TaskContext } from './task-context.js';

/** The run that the current code belongs to; empty outside of tasks. What a task sends takes its rootId and parentId from here. */
export const currentTask = new AsyncLocalStorage<TaskContext>();
