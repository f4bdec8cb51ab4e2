import type { InjectionToken } from '@nestjs/common';

/** What a process is to the queue: an application, one that `runWorker` owns, or a child of a worker's pool. */
export type TaskRole = 'app' | 'worker' | 'child';

/** Injects the {@link TaskRole}, for what must not run in each process: cron jobs, listeners. */
export const TASK_ROLE: InjectionToken<TaskRole> = 'TASK_ROLE';

const VARIABLE = 'TASK_QUEUE_ROLE';

export function readTaskRole(): TaskRole {
  const role = process.env[VARIABLE];
  return role === 'worker' || role === 'child' ? role : 'app';
}

/** To be said before the application is imported, which may ask. What a parent process has said holds. */
export function claimTaskRole(role: TaskRole): void {
  process.env[VARIABLE] ??= role;
}
