import type { Inspector } from '../ports/control/inspector.js';
import type { ResultBackend } from '../ports/stores/result-backend.js';
import type { ScheduleStore } from '../ports/stores/schedule-store.js';
import type { StoredSchedule } from '../ports/stores/stored-schedule.js';

export interface FailureSources {
  readonly store: Pick<ScheduleStore, 'history'>;
  readonly results: Pick<ResultBackend, 'load'>;
  readonly inspector: Pick<Inspector, 'locate'>;
}

/**
 * Whether the last runs of a schedule, as many as `pauseAfterFailures`, have all failed. A failure is found by its result or,
 * when results are not stored, by its dead letter. Runs before the schedule was last edited or enabled do not count.
 */
export async function hasFailedTooOften(schedule: StoredSchedule, { store, results, inspector }: FailureSources): Promise<boolean> {
  const limit = schedule.pauseAfterFailures;
  if (limit === null || schedule.totalRunCount < limit) return false;
  const { ticks } = await store.history(schedule.id, { limit: Math.max(limit * 2, 20) });
  const sent = ticks.filter(({ outcome, at }) => outcome === 'sent' && at >= schedule.since);
  const runs = sent.slice(0, limit).map(({ runId }) => runId!);
  if (runs.length < limit) return false;
  const records = await results.load(runs);
  const untold = runs.filter((_, at) => records[at] === null);
  const places = new Map((await inspector.locate(untold)).map((found, at) => [untold[at]!, found?.place]));
  return runs.every((id, at) => records[at]?.state === 'FAILURE' || places.get(id) === 'dead');
}
