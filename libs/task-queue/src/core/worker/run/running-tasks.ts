import { abortJob, type DeliveredJob } from '../../attempt/attempt-job.js';
import { LeaseLostError, SoftTimeLimitExceeded, TaskRevokedError, WorkerShutdownError } from '../../errors/run-errors.js';
import type { Clock, ClockTimer } from '../../ports/runtime/clock.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';

/**
 * The jobs that run in this worker now. They are aborted by a soft time limit (one timer for all jobs), a revoke, a lost
 * lease or a shutdown.
 */
export class RunningTasks {
  readonly #jobs = new Set<DeliveredJob>();
  /** limits that were changed while this worker runs, by task; most never have any */
  #softLimits: Map<string, number | null> | undefined;
  #timer: ClockTimer | undefined;
  #timerAt = Infinity;

  constructor(private readonly clock: Clock) {}

  get size(): number {
    return this.#jobs.size;
  }

  list(): readonly DeliveredJob[] {
    return [...this.#jobs];
  }

  /** ms that an attempt of this handler may take; null = no limit */
  softLimitOf(handler: TaskHandler): number | null {
    const changed = this.#softLimits?.get(handler.name);
    return changed === undefined ? handler.options.softTimeLimit : changed;
  }

  /** Applies to attempts that begin from now on. */
  setSoftLimit(task: string, limit: number | null): void {
    this.#softLimits ??= new Map();
    this.#softLimits.set(task, limit);
  }

  add(job: DeliveredJob): void {
    this.#jobs.add(job);
    if (job.deadline !== undefined && job.deadline < this.#timerAt) this.#arm(job.deadline);
  }

  remove(job: DeliveredJob): void {
    this.#jobs.delete(job);
  }

  revoke(id: string): void {
    for (const job of this.#jobs) {
      if (job.delivery.id === id) abortJob(job, new TaskRevokedError(id, 'while it ran'));
    }
  }

  /** ids of the jobs that were aborted by a revoke */
  revoked(): string[] {
    return this.list().flatMap(({ delivery, abortReason }) => (abortReason instanceof TaskRevokedError ? [delivery.id] : []));
  }

  lose(delivery: Delivery): void {
    for (const job of this.#jobs) {
      if (job.delivery.token === delivery.token && job.delivery.id === delivery.id) abortJob(job, new LeaseLostError(delivery.id));
    }
  }

  /** @returns the aborted jobs */
  shutDown(): DeliveredJob[] {
    const jobs = [...this.#jobs];
    for (const job of jobs) abortJob(job, new WorkerShutdownError());
    return jobs;
  }

  /** Gives up the jobs that still run, so that their deliveries can be given back. */
  abandon(): DeliveredJob[] {
    const jobs = [...this.#jobs];
    for (const job of jobs) job.abandoned = true;
    this.#jobs.clear();
    return jobs;
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
    for (const job of this.#jobs) {
      if (job.deadline === undefined || job.abortReason !== undefined) continue;
      if (job.deadline > now) next = Math.min(next, job.deadline);
      else abortJob(job, new SoftTimeLimitExceeded(job.message.task, job.deadline - job.startedAt));
    }
    if (next !== Infinity) this.#arm(next);
  }
}
