import type { InjectionToken } from '@nestjs/common';

/** The role of a process: an application, a process that `runWorker` owns, or a child of a worker's pool. */
export type TaskRole = 'app' | 'worker' | 'child';

/** Injects the {@link TaskRole}, for code that must not run in each process: cron jobs, listeners. */
export const TASK_ROLE: InjectionToken<TaskRole> = 'TASK_ROLE';

const VARIABLE = 'TASK_QUEUE_ROLE';

export function readTaskRole(): TaskRole {
  const role = process.env[VARIABLE];
  return role === 'worker' || role === 'child' ? role : 'app';
}

/** Must be called before the application is imported, which may read the role. A role set by the parent process wins. */
export function claimTaskRole(role: TaskRole): void {
  process.env[VARIABLE] ??= role;
}
