import { setTimeout as wait } from 'node:timers/promises';
import type { TaskOptionsInput } from '../../../../libs/task-queue/src/core/policies/task-options-input.js';
import type { Handler } from '../../../client-and-worker/harness.js';
import type { openLedger } from '../../ledger.js';
import { noting, type TaskHost } from '../../tasks.js';

/** What the attack's workers can do beside the suite's tasks. */
const TASKS: Readonly<Record<string, readonly [handler: Handler, options?: TaskOptionsInput]>> = {
  /** fails so often before it succeeds */
  recover: [
    (context, times: number) => {
      if (context.retries < times) throw new Error('not yet');
    },
    { autoretryFor: [Error], maxRetries: null, retryBackoff: 100, retryBackoffMax: 500 },
  ],
  /** slower than it is sent */
  limited: [async (_context, ms: number) => wait(ms), { rateLimit: '20/s' }],
  /** gives back what it was given */
  echo: [(_context, text: string) => text],
};

export function registerMoreTasks(app: TaskHost, note: ReturnType<typeof openLedger>): void {
  for (const [name, [handler, options]] of Object.entries(TASKS)) app.task(name, noting(handler, note), options);
}
