import { v5 } from 'uuid';
import type { CallOptions } from '../canvas/call-options.js';
import { SCHEDULE_NAME_HEADER, TICK_HEADER } from '../message/schedule-headers.js';
import type { ScheduleDefinition } from '../ports/stores/stored-schedule.js';

/** Ids of runs are made in this namespace. Changing it would change the ids of ticks that were sent. */
const NAMESPACE = '5b3c5b0e-2f53-4f0c-8d47-0c5a4ad7b6b1';

/** ms after which a tick that `buffer-one` holds back is tried again. */
export const BUFFER_POLL = 1_000;

/** The id of a tick's run. It is the same for all beats, so that a tick that is sent twice runs once. */
export function runIdOf(schedule: string, tick: number): string {
  return v5(`${schedule}/${tick}`, NAMESPACE);
}

/** The options of a tick's call. */
export function callOf(schedule: ScheduleDefinition & { readonly id: string }, tick: number, now: number, taskId: string): CallOptions {
  const { id, name, kwargs, headers, queue, priority, expires, expireSeconds, overlap } = schedule;
  const deadline = expireSeconds === null ? expires : now + expireSeconds * 1_000;
  return {
    taskId,
    kwargs,
    headers: { ...headers, [SCHEDULE_NAME_HEADER]: name, [TICK_HEADER]: tick },
    ...(queue !== null && { queue }),
    ...(priority !== null && { priority }),
    ...(deadline !== null && { expires: new Date(deadline) }),
    ...((overlap === 'skip' || overlap === 'buffer-one') && { unique: { key: `schedule ${id}`, onConflict: 'reject' } }),
  };
}
