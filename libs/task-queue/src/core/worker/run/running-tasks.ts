import { LeaseLostError, SoftTimeLimitExceeded, TaskRevokedError, WorkerShutdownError } from '../../errors/run-errors.js';
import type { Clock, ClockTimer } from '../../ports/runtime/clock.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import type { Run } from './run.js';

/**
 * What runs in this worker now, and who may tell it to end: a soft time limit (one sweep for all, no timer for each),
 * a revoke, a lost lease, a shutdown.
 */
export class RunningTasks {
  readonly #runs = new Set<Run>();
  /** limits that were changed while this worker runs, by task; most never have any */
  #softLimits: Map<string, number | null> | undefined;
  #timer: ClockTimer | undefined;
  #timerAt = Infinity;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#runs.size;
  }

  /** What runs now. */
  list(): readonly Run[] {
    return [...this.#runs];
  }

  /** ms that an attempt of this handler may take; null = as long as it likes */
  softLimitOf(handler: TaskHandler): number | null {
    const changed = this.#softLimits?.get(handler.name);
    return changed === undefined ? handler.options.softTimeLimit : changed;
  }

  /** Holds for attempts that begin from now on. */
  setSoftLimit(task: string, limit: number | null): void {
    this.#softLimits ??= new Map();
    this.#softLimits.set(task, limit);
  }

  add(run: Run): void {
    this.#runs.add(run);
    if (run.deadline !== undefined && run.deadline < this.#timerAt) this.#arm(run.deadline);
  }

  remove(run: Run): void {
    this.#runs.delete(run);
  }

  revoke(id: string): void {
    for (const run of this.#runs) {
      if (run.delivery.id === id) run.context.abort(new TaskRevokedError(id, 'while it ran'));
    }
  }

  /** ids of those that were told to end because they are revoked */
  revoked(): string[] {
    return this.list().flatMap(({ delivery, context }) => (context.abortReason instanceof TaskRevokedError ? [delivery.id] : []));
  }

  lose(delivery: Delivery): void {
    for (const run of this.#runs) {
      if (run.delivery.token === delivery.token && run.delivery.id === delivery.id) run.context.abort(new LeaseLostError(delivery.id));
    }
  }

  /** @returns those told to end */
  shutDown(): Run[] {
    const runs = [...this.#runs];
    for (const run of runs) run.context.abort(new WorkerShutdownError());
    return runs;
  }

  /** Gives up on what still runs, so that it can be given back. */
  abandon(): Run[] {
    const runs = [...this.#runs];
    for (const run of runs) run.abandoned = true;
    this.#runs.clear();
    return runs;
  }

  stop(): void {
    this.#timer?.clear();
    this.#timer = undefined;
    this.#timerAt = Infinity;
  }

  #arm(at: number): void {
    this.#timer?.clear();
    this.#timerAt = at;
    this.#timer = this.clock.timer(Math.max(0, at - this.clock.now()), () => this.#sweep());
  }

  #sweep(): void {
    this.stop();
    const now = this.clock.now();
    let next = Infinity;
    for (const run of this.#runs) {
      if (run.deadline === undefined || run.context.abortReason !== undefined) continue;
      if (run.deadline > now) next = Math.min(next, run.deadline);
      else run.context.abort(new SoftTimeLimitExceeded(run.message.task, run.deadline - run.startedAt));
    }
    if (next !== Infinity) this.#arm(next);
  }
}
