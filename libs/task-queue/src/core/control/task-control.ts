import { InvalidOptionError, UnknownOptionError } from '../errors/option-errors.js';
import { toMilliseconds, type Duration } from '../message/duration.js';
import type { Rate } from '../options/rate.js';
import type { AskOptions, AskWorkers } from './ask-workers.js';
import { checkQueue } from '../client/call/call-parts.js';
import type { ClientOptions } from '../client/options/client-options.js';
import type { TaskClient } from '../client/task-client.js';
import type { Replies } from './task-inspect.js';

export interface TimeLimitChange {
  /** null = none; absent = as it is */
  soft?: Duration | null;
  hard?: Duration | null;
}

export interface TaskControlDependencies {
  readonly workers: AskWorkers;
  readonly client: Pick<TaskClient, 'setRate'>;
  readonly options: Pick<ClientOptions, 'queues' | 'defaultQueue'>;
}

/**
 * Celery's `control`: sends commands to running workers and returns the reply of each. A worker answers an unsupported
 * command with an error. A change holds until the worker ends; workers that start later follow their options.
 * @example await control.shutdown({ destination: 'worker@host' })
 */
export class TaskControl {
  constructor(private readonly deps: TaskControlDependencies) {}

  /**
   * How often a task is run by all workers together; kept by the broker, so it holds for workers that start later, too.
   * @param rate as '10/s', or a number a second; 0 = no limit; null = as the task declares
   */
  rateLimit(task: string, rate: Rate | null): Promise<void> {
    return this.deps.client.setRate(task, rate);
  }

  /** Changes the time limits of runs that begin from now on. */
  async timeLimit(task: string, limits: TimeLimitChange, options?: AskOptions): Replies<'timeLimit'> {
    return this.deps.workers.ask('timeLimit', { task: checkName('task', task), ...readLimits(limits) }, options);
  }

  /** Runs more tasks at once in each worker. */
  async poolGrow(by = 1, options?: AskOptions): Replies<'poolGrow'> {
    return this.deps.workers.ask('poolGrow', { by: checkStep(by) }, options);
  }

  /** Runs fewer tasks at once in each worker; tasks beyond the new size end in their own time. */
  async poolShrink(by = 1, options?: AskOptions): Replies<'poolShrink'> {
    return this.deps.workers.ask('poolShrink', { by: checkStep(by) }, options);
  }

  /** Workers also consume this queue. @returns the queues that each consumes then */
  async addConsumer(queue: string, options?: AskOptions): Replies<'addConsumer'> {
    return this.deps.workers.ask('addConsumer', { queue: checkQueue(queue, this.deps.options) }, options);
  }

  /** Workers stop consuming this queue, and finish deliveries that they hold. @returns the queues that each consumes then */
  async cancelConsumer(queue: string, options?: AskOptions): Replies<'cancelConsumer'> {
    return this.deps.workers.ask('cancelConsumer', { queue: checkName('queue', queue) }, options);
  }

  /**
   * Warm: they answer, take no more work, drain and end. Under `runWorker` the process ends with 0, as on SIGTERM; whoever keeps
   * processes running will start it again. Without `destination`: all of them.
   */
  shutdown(options?: AskOptions): Replies<'shutdown'> {
    return this.deps.workers.ask('shutdown', {}, options);
  }
}

function readLimits(limits: TimeLimitChange): { soft?: number | null; hard?: number | null } {
  const read = Object.entries(limits).flatMap(([name, limit]: [string, Duration | null | undefined]) => {
    if (name !== 'soft' && name !== 'hard') throw new UnknownOptionError(name, 'timeLimit()', ['soft', 'hard']);
    return limit === undefined ? [] : [[name, limit === null ? null : toMilliseconds(limit, name)] as const];
  });
  if (read.length === 0) throw new InvalidOptionError('limits', limits, "an object with 'soft' or 'hard'");
  return Object.fromEntries(read);
}

function checkStep(by: number): number {
  if (!Number.isInteger(by) || by < 1) throw new InvalidOptionError('by', by, 'a whole number of at least 1');
  return by;
}

function checkName(option: string, name: string): string {
  if (typeof name !== 'string' || name === '') throw new InvalidOptionError(option, name, 'a text that is not empty');
  return name;
}
