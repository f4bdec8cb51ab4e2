import { setTimeout as wait } from 'node:timers/promises';
import { Ignore, Reject } from '../../libs/task-queue/src/core/attempt/semipredicates.js';
import { LeaseLostError } from '../../libs/task-queue/src/core/errors/run-errors.js';
import type { TaskOptionsInput } from '../../libs/task-queue/src/core/policies/task-options-input.js';
import type { TaskContext } from '../../libs/task-queue/src/core/ports/task/task-context.js';
import type { Handler } from '../client-and-worker/harness.js';
import type { openLedger } from './ledger.js';

const RETRY_DELAY = 50;

/** What the suite's workers can do, each way of ending among it. Arguments are ms unless they say otherwise. */
const TASKS: Readonly<Record<string, readonly [handler: Handler, options?: TaskOptionsInput]>> = {
  work: [async (_context, ms: number) => wait(ms, ms)],
  /** heeds its signal */
  stay: [async (context, ms: number) => wait(ms, ms, { signal: context.signal }), { trackStarted: true }],
  /** does not */
  stubborn: [async (_context, ms: number) => wait(ms, ms)],
  /** until it is revoked */
  stuck: [(context) => aborted(context), { trackStarted: true }],
  block: [(_context, ms: number) => spin(ms)],
  retry: [
    (context, times: number) => {
      if (context.retries < times) throw context.retry({ countdown: RETRY_DELAY, maxRetries: null });
    },
  ],
  fail: [fail, { maxRetries: 0 }],
  giveUp: [fail, { maxRetries: 2, autoretryFor: [Error], defaultRetryDelay: RETRY_DELAY }],
  ignore: [
    () => {
      throw new Ignore();
    },
  ],
  reject: [
    () => {
      throw new Reject();
    },
  ],
  /** takes its worker with it; its first crash is its last */
  poison: [() => process.kill(process.pid, 'SIGKILL') && new Promise(() => {}), { rejectOnWorkerLost: false }],
  linked: [() => {}],
  probe: [() => {}],
};

/** What tasks are registered with. */
export interface TaskHost {
  task(name: string, handler: Handler, options?: TaskOptionsInput): unknown;
}

export function registerTasks(app: TaskHost, note: ReturnType<typeof openLedger>): void {
  for (const [name, [handler, options]] of Object.entries(TASKS)) app.task(name, noting(handler, note), options);
}

export function noting(handler: Handler, note: ReturnType<typeof openLedger>): Handler {
  return async (context, ...args) => {
    note('ran', context.id, context.retries, context.parentId ?? '-');
    context.signal.addEventListener('abort', () => {
      if (context.signal.reason instanceof LeaseLostError) note('lost', context.id);
    });
    try {
      return await handler(context, ...args);
    } finally {
      note('ended', context.id);
    }
  };
}

function aborted({ signal }: TaskContext): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  });
}

function spin(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

function fail(): never {
  throw new Error('as it was told');
}
