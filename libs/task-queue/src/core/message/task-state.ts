/** Celery's states; a custom one (PROGRESS) is any other upper-case name. UNKNOWN = an unknown id. */
export type KnownTaskState =
  'PENDING' | 'RECEIVED' | 'STARTED' | 'SUCCESS' | 'FAILURE' | 'RETRY' | 'REVOKED' | 'REJECTED' | 'IGNORED' | 'UNKNOWN';
export type TaskState = KnownTaskState | (string & {});

const TERMINAL: ReadonlySet<string> = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED']);

/** Whether nothing follows this state. */
export function isTerminal(state: TaskState): boolean {
  return TERMINAL.has(state);
}

/** States that the worker sets itself and `updateState` must not be given. */
export function isReservedState(state: string): boolean {
  return TERMINAL.has(state) || ['PENDING', 'RECEIVED', 'STARTED', 'RETRY', 'UNKNOWN'].includes(state);
}
