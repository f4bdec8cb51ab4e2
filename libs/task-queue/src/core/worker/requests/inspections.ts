import { hostname } from 'node:os';
import { directQueueOf } from '../../policies/direct-queue.js';
import type { ActiveQueue, FoundTask, RegisteredTask, ScheduledWork, WorkerStats } from '../../ports/control/worker-requests.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import { describeOptions } from '../worker-options.js';
import { describeRun, describeWaiting } from './describe-task.js';
import type { Answering, WorkerView } from './worker-view.js';

type Inspection = 'ping' | 'active' | 'reserved' | 'scheduled' | 'registered' | 'stats' | 'revoked' | 'activeQueues' | 'queryTask' | 'conf';

/** Answers questions about a worker from the state that it keeps anyway; nothing is counted or stored for them. */
export function inspectionsOf(view: WorkerView): Answering<Inspection> {
  return {
    ping: () => 'pong',
    active: () => view.running.list().map((run) => describeRun(run, view)),
    reserved: () => view.slots.waiting.map((delivery) => describeWaiting(delivery, view)),
    scheduled: () => Promise.all(view.subscription.queues.map((queue) => scheduledIn(queue, view))),
    registered: () => view.handlers.handlers().map((handler) => describeHandler(handler, view)),
    stats: () => statsOf(view),
    revoked: () => view.running.revoked(),
    activeQueues: () => queuesOf(view),
    queryTask: ({ ids }) => findTasks(ids, view),
    conf: () => ({ worker: describeOptions(view.options), queue: view.configuration() }),
  };
}

export function queuesOf({ subscription, options }: WorkerView): ActiveQueue[] {
  return subscription.queues.map((name) => ({ name, direct: options.direct && name === directQueueOf(options.name) }));
}

async function scheduledIn(queue: string, { inspector }: WorkerView): Promise<ScheduledWork> {
  const { delayed, limited } = await inspector.counts(queue);
  return { queue, delayed, limited };
}

function describeHandler(handler: TaskHandler, { running }: WorkerView): RegisteredTask {
  const { queue, maxRetries, rateLimit, timeLimit, acksLate, ignoreResult, transactional } = handler.options;
  const softTimeLimit = running.softLimitOf(handler);
  const name = handler.name;
  return { name, queue, maxRetries, rateLimit, softTimeLimit, timeLimit, acksLate, ignoreResult, transactional: transactional !== null };
}

function statsOf({ pool, slots, subscription, broker, consumer, clock, startedAt, stopping }: WorkerView): WorkerStats {
  const { rss, heapUsed, heapTotal } = process.memoryUsage();
  return {
    pid: process.pid,
    host: hostname(),
    uptime: clock.now() - startedAt,
    stopping: stopping(),
    begun: slots.begun,
    pool: {
      name: pool.capabilities.name,
      concurrency: pool.concurrency,
      running: slots.running,
      reserved: slots.buffered,
      prefetch: slots.prefetchLimit,
    },
    broker: broker.name,
    queues: subscription.queues,
    lastReceiveAt: consumer.lastReceiveAt,
    memory: { rss, heapUsed, heapTotal },
    cpu: process.cpuUsage(),
  };
}

function findTasks(ids: readonly string[], view: WorkerView): FoundTask[] {
  const wanted = new Set(ids);
  const active = view.running.list().filter(({ delivery }) => wanted.has(delivery.id));
  const running = new Set(active.map(({ delivery }) => delivery.id));
  const reserved = view.slots.waiting.filter(({ id }) => wanted.has(id) && !running.has(id));
  return [
    ...active.map((run) => ({ id: run.delivery.id, state: 'active' as const, task: describeRun(run, view) })),
    ...reserved.map((delivery) => ({ id: delivery.id, state: 'reserved' as const, task: describeWaiting(delivery, view) })),
  ];
}
