import type { INestApplicationContext } from '@nestjs/common';
import { openRelay } from '../assembly/open-relay.js';
import { prepareWorker } from '../nest/lifecycle/prepare-worker.js';
import { DEFAULT_CLIENT, getQueueInstanceToken, TASK_CLOCK, TASK_LOGGER } from '../nest/tokens/tokens.js';
import { TaskExplorer } from '../nest/discovery/task.explorer.js';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';

export interface TestWorkerOptions extends WorkerOptionsInput {
  /** `name` of the TaskQueueModule whose queues it consumes */
  client?: string;
}

export interface TestWorker {
  readonly name: string;
  /** Resolves when no task runs and every finished one is settled. */
  idle(): Promise<void>;
  /** Stops receiving and releases tasks that do not end within `drainTimeout`. Safe to call twice; closing the application calls it too. */
  stop(): Promise<void>;
}

/**
 * Starts a real worker in this process, on the real broker of an application under test and with its handlers. Use it for
 * behaviour that the memory transport does not have. Resolves when the worker consumes.
 */
export async function startTestWorker(app: INestApplicationContext, input: TestWorkerOptions = {}): Promise<TestWorker> {
  const { client = DEFAULT_CLIENT, ...given } = input;
  const find = { strict: false };
  const queue = app.get(getQueueInstanceToken(client), find);
  const explorer = app.get(TaskExplorer, find);
  const logger = app.get(TASK_LOGGER, find);
  const clock = app.get(TASK_CLOCK, find);
  const options = { name: 'test@%h', drainTimeout: '1s', ...given };
  const worker = prepareWorker({ queue, explorer, options, where: 'startTestWorker', logger, clock });
  const relay = openRelay({ queue, listeners: explorer.listeners, logger, clock });
  const stop = async (): Promise<void> => {
    queue.onClose.delete(stop);
    await worker.stop();
    await relay?.stop();
  };
  queue.onClose.add(stop);
  try {
    await worker.start();
    relay?.start();
  } catch (error) {
    await stop();
    throw error;
  }
  return { name: worker.name, idle: () => worker.idle(), stop };
}
