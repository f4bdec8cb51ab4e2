import type { TaskMessage } from '../message/task-message.js';
import type { Consumer, Delivery } from '../ports/broker/consumer.js';

/**
 * One run of a handler, as a worker hands it to its pool. Everything that a child process would need is plain data;
 * `lease` and `onAbort` are the two links between the run and its worker.
 */
export interface AttemptJob {
  readonly message: TaskMessage;
  /** null = eager: there is no delivery to settle */
  readonly delivery: Delivery | null;
  /** epoch ms */
  readonly startedAt: number;
  /** epoch ms at which its soft limit ends; undefined = none */
  readonly deadline: number | undefined;
  /** acknowledged before it ran: there is no delivery to give back */
  readonly ackedEarly: boolean;
  /** a `requeued` outcome is possible: there is a delivery to give back, and one more such end would not be the last */
  readonly mayComeBack: boolean;
  /** null = there is no lease */
  readonly lease: Pick<Consumer, 'holds'> | null;
  /** undefined = the job is not aborted */
  abortReason: Error | undefined;
  /** called once with the reason, if the job is aborted from now on */
  onAbort: ((reason: Error) => void) | undefined;
  /** already given back by a shutdown: its end is not settled */
  abandoned: boolean;
}

/** A job of a worker, which always has a delivery. */
export interface DeliveredJob extends AttemptJob {
  readonly delivery: Delivery;
}

/** Tells the handler to end. Only the first reason counts. */
export function abortJob(job: AttemptJob, reason: Error): void {
  if (job.abortReason !== undefined) return;
  job.abortReason = reason;
  job.onAbort?.(reason);
}

/** Whether the worker may still begin or commit the job: its lease is held by the local deadline, or it needs none. */
export function isHeld({ delivery, ackedEarly, lease }: AttemptJob): boolean {
  return delivery === null || ackedEarly || lease === null || lease.holds(delivery);
}
