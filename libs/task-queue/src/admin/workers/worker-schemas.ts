import { z } from 'zod';
import type { ActiveTask, HeldTask, WorkerStats } from '../../core/ports/control/worker-requests.js';
import { named } from '../openapi/contract.js';
import { instant, toIso } from '../validation/fields.js';

const ms = z.number().nullable();
const bytes = z.int();

export const workerView = named(
  'Worker',
  z.strictObject({
    name: z.string(),
    pid: z.int(),
    host: z.string(),
    uptime: z.number().describe('ms since it began to consume'),
    stopping: z.boolean().describe('it was told to stop, and finishes what it holds'),
    begun: z.int().describe('deliveries that were begun since it started, whatever became of them'),
    queues: z.array(z.string()),
    pool: z.strictObject({
      name: z.string(),
      concurrency: z.int(),
      running: z.int(),
      reserved: z.int().describe('held beyond what runs'),
      prefetch: z.int().describe('how many may be'),
    }),
    broker: z.string(),
    lastReceiveAt: instant.nullable().describe("the broker's last answer to a fetch"),
    memory: z.strictObject({ rss: bytes, heapUsed: bytes, heapTotal: bytes }),
    cpu: z.strictObject({ user: z.int(), system: z.int() }).describe('µs of its process'),
  }),
);
export type WorkerView = z.output<typeof workerView>;

export const workerList = named('WorkerList', z.strictObject({ items: z.array(workerView).describe('those that answered in time') }));

export function viewOfWorker(name: string, { lastReceiveAt, queues, ...stats }: WorkerStats): WorkerView {
  return { name, ...stats, queues: [...queues], lastReceiveAt: lastReceiveAt === 0 ? null : toIso(lastReceiveAt) };
}

const held = {
  id: z.string(),
  task: z.string().nullable().describe('null = the worker cannot read it'),
  queue: z.string(),
  priority: z.int(),
  retries: z.int(),
  args: z.string().describe('as text, shortened, without what the task hides'),
  kwargs: z.string(),
  redelivered: z.boolean(),
};

const activeTask = named(
  'ActiveTask',
  z.strictObject({
    ...held,
    startedAt: instant,
    deadline: instant.nullable().describe('when its soft time limit ends'),
    acknowledged: z.boolean().describe('before it ran'),
    ending: z.string().nullable().describe('why it was told to end'),
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
        maxRetries: z.int().nullable().describe('null = for ever'),
        rateLimit: ms.describe('ms from one run to the next'),
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
  z.strictObject({ items: z.array(z.strictObject({ name: z.string(), direct: z.boolean().describe('its own') })) }),
);
export const idList = named('TaskIds', z.strictObject({ items: z.array(z.string()) }));
export const confView = named(
  'WorkerConfiguration',
  z.strictObject({
    worker: z.record(z.string(), z.unknown()),
    queue: z.record(z.string(), z.unknown()).describe('of its TaskQueueModule; no passwords and no keys'),
  }),
);
export const poolView = named('PoolSize', z.strictObject({ concurrency: z.int() }));
