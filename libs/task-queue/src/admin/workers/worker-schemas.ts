import { z } from 'zod';
import type { WorkerReply } from '../../core/control/ask-workers.js';
import { WorkerRefusedError } from '../../core/errors/admin-errors.js';
import { ERROR_CODES, type ErrorCode } from '../../core/errors/error-codes.js';
import type { ActiveTask, HeldTask, WorkerStats } from '../../core/ports/control/worker-requests.js';
import { named } from '../openapi/contract.js';
import { duration, instant, toIso, word } from '../validation/fields.js';

export const asking = z.strictObject({
  timeout: z.coerce
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(1_000)
    .describe('a whole number from 10 to 10000: how many ms to wait for answers'),
});
export type Asking = z.output<typeof asking>;

export const poolInput = named(
  'PoolInput',
  z.strictObject({ by: z.int().min(1).max(1_000).default(1).describe('a whole number from 1 to 1000') }),
);
export type PoolInput = z.output<typeof poolInput>;

export const queueInput = named('QueueInput', z.strictObject({ queue: word.describe('the name of a queue') }));

const limit = duration.nullable().describe(`${duration.description}, or null for no limit`);
export const limitsInput = named(
  'TimeLimitInput',
  z
    .strictObject({ task: word.describe('the name of a task'), soft: limit.optional(), hard: limit.optional() })
    .refine(({ soft, hard }) => soft !== undefined || hard !== undefined)
    .describe("an object with 'soft' or 'hard'"),
);

export const rateInput = named(
  'RateInput',
  z.strictObject({
    rate: z
      .union([z.string().max(100), z.number().min(0)])
      .nullable()
      .describe("a string such as '10/m', a number per second, 0 for no limit, or null for the rate that the task declares"),
  }),
);

/**
 * Unwraps the reply of the one worker that was asked.
 * @throws WorkerRefusedError with the code of the worker's reply, or WORKER_SILENT
 */
export function answerOf<T>([reply]: readonly WorkerReply<T>[]): T {
  const { worker, value, error } = reply!;
  if (error === undefined) return value;
  // A worker of a later version may send a code that this version does not have.
  const code = ERROR_CODES.includes(error.code as ErrorCode) ? (error.code as ErrorCode) : 'COMMAND_FAILED';
  throw new WorkerRefusedError(code, error.message, worker);
}

const ms = z.number().nullable();
const bytes = z.int();

export const workerView = named(
  'Worker',
  z.strictObject({
    name: z.string(),
    pid: z.int(),
    host: z.string(),
    uptime: z.number().describe('ms since it began to consume'),
    stopping: z.boolean().describe('true: it is stopping, and finishes the deliveries that it holds'),
    begun: z.int().describe('deliveries that it has begun since it started, whatever their outcome'),
    queues: z.array(z.string()),
    pool: z.strictObject({
      name: z.string(),
      concurrency: z.int(),
      running: z.int(),
      reserved: z.int().describe('deliveries that it holds and does not run yet'),
      prefetch: z.int().describe('upper bound of reserved'),
    }),
    broker: z.string(),
    lastReceiveAt: instant.nullable().describe('when the broker last answered a receive'),
    memory: z.strictObject({ rss: bytes, heapUsed: bytes, heapTotal: bytes }),
    cpu: z.strictObject({ user: z.int(), system: z.int() }).describe('CPU time of its process in µs'),
  }),
);
export const workerList = named('WorkerList', z.strictObject({ items: z.array(workerView).describe('the workers that answered in time') }));

export function viewOfWorker(name: string, { lastReceiveAt, queues, ...stats }: WorkerStats): z.output<typeof workerView> {
  return { name, ...stats, queues: [...queues], lastReceiveAt: lastReceiveAt === 0 ? null : toIso(lastReceiveAt) };
}

const held = {
  id: z.string(),
  task: z.string().nullable().describe('null when the worker cannot read the message'),
  queue: z.string(),
  priority: z.int(),
  retries: z.int(),
  args: z.string().describe('as text, shortened; arguments that the task hides are left out'),
  kwargs: z.string(),
  redelivered: z.boolean(),
};

const activeTask = named(
  'ActiveTask',
  z.strictObject({
    ...held,
    startedAt: instant,
    deadline: instant.nullable().describe('when its soft time limit is reached'),
    acknowledged: z.boolean().describe('true: it was acknowledged before it ran'),
    ending: z.string().nullable().describe('why it was told to stop'),
  }),
);
const reservedTask = named('ReservedTask', z.strictObject(held));

export const activeList = named('ActiveTasks', z.strictObject({ items: z.array(activeTask) }));
export const reservedList = named('ReservedTasks', z.strictObject({ items: z.array(reservedTask) }));

export function viewOfActive({ startedAt, deadline, ...task }: ActiveTask): z.output<typeof activeTask> {
  return { ...task, startedAt: toIso(startedAt), deadline: toIso(deadline) };
}

export function viewOfReserved(task: HeldTask): z.output<typeof reservedTask> {
  return { ...task };
}

export const scheduledList = named(
  'ScheduledWork',
  z.strictObject({
    items: z.array(z.strictObject({ queue: z.string(), delayed: z.int(), limited: z.int() })),
  }),
);

export const registeredList = named(
  'RegisteredTasks',
  z.strictObject({
    items: z.array(
      z.strictObject({
        name: z.string(),
        queue: z.string().nullable(),
        maxRetries: z.int().nullable().describe('null for no limit'),
        rateLimit: ms.describe('minimum ms between two runs'),
        softTimeLimit: ms,
        timeLimit: ms,
        acksLate: z.boolean(),
        ignoreResult: z.boolean(),
        transactional: z.boolean(),
      }),
    ),
  }),
);

export const queueList = named(
  'WorkerQueues',
  z.strictObject({ items: z.array(z.strictObject({ name: z.string(), direct: z.boolean().describe("true: the worker's own queue") })) }),
);
export const idList = named('TaskIds', z.strictObject({ items: z.array(z.string()) }));
export const confView = named(
  'WorkerConfiguration',
  z.strictObject({
    worker: z.record(z.string(), z.unknown()),
    queue: z.record(z.string(), z.unknown()).describe('options of its TaskQueueModule, without passwords and keys'),
  }),
);
export const poolView = named('PoolSize', z.strictObject({ concurrency: z.int() }));
