import { hostname } from 'node:os';
import { z } from 'zod';
import type { OnTaskError } from '../attempt/listening/error-report.js';
import { InvalidOptionError } from '../errors/option-errors.js';
import type { Duration } from '../message/duration.js';
import { DEFAULT_QUEUE } from '../message/task-message.js';
import { checkOptions, durationField, flagField, nameField, namesField, positiveField } from '../options/check-options.js';
import type { WorkerTaskOptions } from '../policies/task-options.js';

/** The options of a worker. Durations are ms or text. */
export interface WorkerOptionsInput {
  /** default 'worker@%h'; `%h` is the host, `%p` the process id */
  name?: string;
  /** the queues it consumes, all alike; default: the default queue and those of its tasks */
  queues?: readonly string[];
  /** queues that it leaves to others, of `queues` or of the default */
  excludeQueues?: readonly string[];
  /** default true: it also consumes a queue of its own, for calls with `worker: name` */
  direct?: boolean;
  /** how many tasks run at once; default 10 */
  concurrency?: number;
  /** 'async' (default): many at once in this process; 'solo': one at a time */
  pool?: 'async' | 'solo';
  /** how long a delivery stays this worker's without renewal; default '10s' */
  lease?: Duration;
  /** how many lost leases make a message a dead letter; default 5 */
  maxDeliveries?: number;
  /**
   * upper bound of prefetched messages as a multiple of `concurrency`; the worker takes fewer when they would not finish
   * within 50 ms; default 8
   */
  prefetchMultiplier?: number;
  /** how long the event loop may be blocked before the leases are given up; default '60s' */
  maxLoopBlock?: Duration;
  /** how long a shutdown waits for running tasks; default '30s' */
  drainTimeout?: Duration;
  /** how long tasks have to end after their signal was aborted by a shutdown; default '2s' */
  abortGrace?: Duration;
  /** how long messages of an unknown task wait for a worker that knows it before they become dead letters; default '1h' */
  unknownTaskRetention?: Duration;
  /** how long until such a message is delivered again; default '30s' */
  unknownTaskDelay?: Duration;
  /** the longest that one fetch waits for work; default '10s' */
  maxWait?: Duration;
  /** task options for this worker only, by task name or pattern; they override the tasks' own and `annotations` */
  tasks?: Readonly<Record<string, WorkerTaskOptions>>;
  /** true: this process also sends the tasks that schedules make due; any number of workers may; default false */
  beat?: boolean;
  /** called for each task that failed for good, for error trackers; not for errors that the task's `throws` names, or Discard */
  onTaskError?: OnTaskError;
}

const schema = z.object({
  name: nameField.default('worker@%h').describe("a text such as 'worker1@%h'"),
  queues: namesField
    .refine((names) => names.length > 0)
    .optional()
    .describe('a list of at least one queue name'),
  excludeQueues: namesField.default([]).describe(namesField.description!),
  direct: flagField.default(true).describe(flagField.description!),
  concurrency: positiveField.default(10).describe(positiveField.description!),
  pool: z.enum(['async', 'solo']).default('async').describe("'async' or 'solo'"),
  lease: duration('10s', 100),
  maxDeliveries: positiveField.default(5).describe(positiveField.description!),
  prefetchMultiplier: z.number().min(0).default(8).describe('a number that is not negative'),
  maxLoopBlock: duration('60s'),
  drainTimeout: duration('30s'),
  abortGrace: duration('2s'),
  unknownTaskRetention: duration('1h'),
  unknownTaskDelay: duration('30s'),
  maxWait: duration('10s', 10),
  tasks: z
    .custom<NonNullable<WorkerOptionsInput['tasks']>>((value) => typeof value === 'object' && value !== null)
    .optional()
    .describe('an object of task options by the name of the task'),
  beat: flagField.default(false).describe(flagField.description!),
  onTaskError: z
    .custom<OnTaskError>((value) => typeof value === 'function')
    .optional()
    .describe('a function that takes a report'),
});

export type WorkerOptions = Readonly<Omit<z.output<typeof schema>, 'queues'> & { readonly queues: readonly string[] }>;
export const WORKER_OPTION_NAMES: readonly string[] = Object.keys(schema.shape);

/**
 * @param queues consumed when the options name none
 * @throws UnknownOptionError · InvalidOptionError
 */
export function resolveWorkerOptions(
  input: WorkerOptionsInput = {},
  queues: readonly string[] = [DEFAULT_QUEUE],
  where = 'TaskWorkerModule.forRoot',
): WorkerOptions {
  const checked = checkOptions(schema, input, where);
  const name = checked.name.replaceAll('%h', hostname()).replaceAll('%p', String(process.pid));
  const consumed = [...new Set(checked.queues ?? queues)].filter((queue) => !checked.excludeQueues.includes(queue));
  if (consumed.length === 0) {
    throw new InvalidOptionError('excludeQueues', checked.excludeQueues, `such that a queue is left to ${where}`);
  }
  return Object.freeze({ ...checked, name, queues: consumed });
}

/** The options as people may see them: functions left out, and of the tasks' own options the names alone. */
export function describeOptions({ onTaskError: _, tasks, ...options }: WorkerOptions): Readonly<Record<string, unknown>> {
  return { ...options, tasks: Object.keys(tasks ?? {}) };
}

function duration(standard: string, least = 0) {
  const field = durationField();
  const text = field.description! + (least > 0 ? `, at least ${least} ms` : '');
  return field
    .refine((value) => value >= least)
    .prefault(standard)
    .describe(text);
}
