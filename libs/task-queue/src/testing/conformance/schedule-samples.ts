import { randomUUID } from 'node:crypto';
import type { CodeSchedule, NewSchedule, TurnClaim, TurnRun } from '../../core/ports/stores/schedule-store.js';
import type { ScheduleDefinition } from '../../core/ports/stores/stored-schedule.js';
import { publication, type PublicationInput } from './stage.js';

/** A definition with defaults, of which a test overrides the fields that matter. */
export function definition(input: Partial<ScheduleDefinition> = {}): ScheduleDefinition {
  return {
    name: 'schedule',
    task: 'work',
    args: [],
    kwargs: {},
    headers: {},
    queue: null,
    priority: null,
    schedule: { type: 'interval', every: 1_000, anchor: 0 },
    timezone: null,
    enabled: true,
    oneOff: false,
    startTime: null,
    expires: null,
    expireSeconds: null,
    description: '',
    overlap: 'allow',
    catchUp: 'last',
    catchUpWindow: 86_400_000,
    jitter: 0,
    pauseAfterFailures: null,
    ...input,
  };
}

/** The name is the id by default. */
export function schedule(id: string, input: Partial<ScheduleDefinition> = {}): NewSchedule {
  return { id, definition: definition({ name: id, ...input }) };
}

export function codes(
  count: number,
  { key, digest = 'digest', ...input }: Partial<CodeSchedule & ScheduleDefinition> = {},
): CodeSchedule[] {
  return Array.from({ length: count }, (_, index) => ({
    id: randomUUID(),
    key: key ?? `key ${index}`,
    digest,
    definition: definition({ name: `code ${index}`, ...input }),
  }));
}

/** A claim that arms a schedule: it sets the first tick of one that has none yet. */
export function arm(id: string, tick: number, version = 1, wakeAt = tick): TurnClaim {
  return { schedule: id, version, due: null, turn: { kind: 'advance', next: { tick, wakeAt } } };
}

/** A claim that sends a tick and sets the next one. */
export function send(
  id: string,
  due: number,
  next: number | null,
  run: PublicationInput & Pick<Partial<TurnRun>, 'retryAfter'>,
): TurnClaim {
  const { retryAfter, ...sent } = run;
  const withRetry = retryAfter === undefined ? {} : { retryAfter };
  const turnRun: TurnRun = { tick: due, publication: publication({ traced: true, ...sent }), ...withRetry };
  return {
    schedule: id,
    version: 1,
    due,
    turn: { kind: 'advance', next: next === null ? null : { tick: next, wakeAt: next }, run: turnRun },
  };
}
