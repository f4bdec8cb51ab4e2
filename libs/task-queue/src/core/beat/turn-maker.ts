import type { LaunchedCall } from '../client/call/launch-call.js';
import { InvalidScheduleError, ScheduleArgumentsError } from '../errors/schedule-errors.js';
import { TaskQueueError } from '../errors/task-queue-error.js';
import { UnknownTaskError } from '../errors/call-errors.js';
import type { TaskClient } from '../client/task-client.js';
import type { ArgumentCheck } from '../ports/task/argument-check.js';
import type { DeclaredTask } from '../ports/task/declared-task.js';
import type { ScheduleDefinition, StoredSchedule } from '../ports/stores/stored-schedule.js';
import type { TurnClaim } from '../ports/stores/schedule-store.js';
import { toSchedule } from '../schedules/to-schedule.js';
import { decideTurn, type Step } from './decide-turn.js';
import { checkScheduleParts, type ScheduleParts } from './schedule-parts.js';
import { nextOf } from './next-of.js';
import { BUFFER_POLL, callOf, runIdOf } from './run-call.js';

/** The part of a TaskClient that beat uses. */
export type RunClient = Pick<TaskClient, 'prepare' | 'publishBy' | 'revoke'>;

export interface TurnMakerOptions {
  readonly client: RunClient;
  /** the tasks of this application */
  findTask(name: string): DeclaredTask | undefined;
  taskNames(): readonly string[];
  readonly checkArguments: ArgumentCheck;
  readonly knownTasksOnly: boolean;
  /** time zone of schedules that set none */
  readonly timezone: string;
  readonly transport: ScheduleParts;
  /** the store reports publications that a unique key held back */
  readonly tellsHeld: boolean;
}

/** A claim, and the call that is sent if it is accepted. */
export interface PreparedClaim {
  readonly schedule: StoredSchedule;
  readonly claim: TurnClaim;
  readonly call?: LaunchedCall;
}

/** Makes the claims of due schedules and the messages of their runs. A schedule that cannot be sent is claimed as broken. */
export class TurnMaker {
  constructor(private readonly options: TurnMakerOptions) {}

  make(schedule: StoredSchedule, now: number): PreparedClaim[] {
    try {
      const problem = this.#problemOf(schedule);
      if (problem !== undefined) return [this.break(schedule, problem)];
      // It has just been made, edited or enabled, possibly by hand in the database.
      if (schedule.nextRunAt === null) toSchedule(schedule.schedule);
      return decideTurn(schedule, now, this.options.timezone).map((step) => this.#claimOf(schedule, step, now));
    } catch (error) {
      return [this.break(schedule, describe(error))];
    }
  }

  break(schedule: StoredSchedule, reason: string): PreparedClaim {
    return { schedule, claim: { ...placeOf(schedule), turn: { kind: 'break', reason } } };
  }

  pause(schedule: StoredSchedule, reason: string): PreparedClaim {
    return { schedule, claim: { ...placeOf(schedule), turn: { kind: 'pause', reason } } };
  }

  /** The call of a tick. @throws the errors of a call that occur before it is sent */
  callOf(schedule: StoredSchedule, tick: number, now: number, id = runIdOf(schedule.id, tick)): LaunchedCall {
    if (schedule.unreadable !== undefined) throw new InvalidScheduleError('row', schedule.name, `${schedule.unreadable}.`);
    const task = this.options.findTask(schedule.task) ?? { name: schedule.task };
    return this.options.client.prepare(task, schedule.args, callOf(schedule, tick, now, id));
  }

  /**
   * Checks whether the runs of a schedule can be sent, as far as this is known in advance.
   * @throws PartMissingError · UnsupportedOptionError · ScheduleArgumentsError when this application has its task and the arguments
   *   do not fit, and the errors of its call
   */
  async check(definition: ScheduleDefinition): Promise<void> {
    const { name, task, args } = definition;
    checkScheduleParts(definition, this.options.transport);
    const found = await this.options.checkArguments(task, args);
    if (found !== null) throw new ScheduleArgumentsError(name, task, found.path, found.problem);
    // Without the expiry, which may be past for a schedule of the code.
    const run = callOf({ ...definition, id: '', expires: null }, 0, 0, 'none');
    this.options.client.prepare(this.options.findTask(task) ?? { name: task }, args, run);
  }

  /** Whether a schedule waits for a later tick than its next one by the calendar. */
  isAhead(schedule: StoredSchedule, now: number): boolean {
    const { nextRunAt, lastTick, unreadable } = schedule;
    if (nextRunAt === null || unreadable !== undefined) return false;
    try {
      const next = nextOf(schedule, now, this.options.timezone);
      // The tick that was sent a moment before the clock went back is no loss.
      return next !== null && next.tick < nextRunAt && next.tick !== lastTick;
    } catch {
      return false;
    }
  }

  isKnown(task: string): boolean {
    return !this.options.knownTasksOnly || this.options.findTask(task) !== undefined;
  }

  #problemOf({ task, overlap, unreadable }: StoredSchedule): string | undefined {
    if (unreadable !== undefined) return unreadable;
    if (!this.isKnown(task)) return describe(new UnknownTaskError(task, this.options.taskNames()));
    if (overlap === 'buffer-one' && !this.options.tellsHeld) return "'buffer-one' needs schedules that are stored with the broker";
    return undefined;
  }

  #claimOf(schedule: StoredSchedule, { due, run, missed, next }: Step, now: number): PreparedClaim {
    const place = { schedule: schedule.id, version: schedule.version, due };
    if (run === undefined) return { schedule, claim: { ...place, turn: { kind: 'advance', next, ...(missed && { missed }) } } };
    const call = this.callOf(schedule, run, now);
    const retry = schedule.overlap === 'buffer-one' ? { retryAfter: BUFFER_POLL } : {};
    const turn = { kind: 'advance', next, run: { tick: run, publication: call.publication, ...retry } } as const;
    return { schedule, call, claim: { ...place, turn } };
  }
}

function describe(error: unknown): string {
  return error instanceof TaskQueueError ? `${error.code}: ${error.message}` : String(error);
}

function placeOf({ id, version, nextRunAt }: StoredSchedule) {
  return { schedule: id, version, due: nextRunAt };
}
