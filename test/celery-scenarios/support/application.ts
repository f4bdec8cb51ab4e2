import type { ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  getQueueInstanceToken,
  TaskClient,
  TaskQueueModule,
  TaskWorkerModule,
  type ClientOptionsInput,
  type WorkerOptionsInput,
} from 'nestjs-task-queue';
import type { Inspector } from 'nestjs-task-queue/spi';
import { startTestWorker, TaskQueueTestingModule, TestQueue, type TestingRootOptions, type TestWorker } from 'nestjs-task-queue/testing';
import { RecordedLog } from '../../nest/support/boot.js';
import { redisUrl, uniquePrefix } from '../../support/services.js';

/** The brokers that every scenario is played on. */
export const BROKERS: readonly (readonly [name: string, url: () => string])[] = [
  ['memory', () => 'memory://'],
  ['redis', redisUrl],
];

export interface Application {
  readonly app: TestingModule;
  readonly tasks: TaskClient;
  readonly inspector: Inspector;
  readonly log: RecordedLog;
  /** starts a worker in it, with its handlers */
  work(options?: WorkerOptionsInput): Promise<TestWorker>;
}

export interface ApplicationParts extends ModuleMetadata {
  queue?: ClientOptionsInput;
}

const open: TestingModule[] = [];

/** A Nest application as a user has it: a producer, until it is told to work. Closed by {@link closeAll}. */
export async function start(broker: string, { queue, ...parts }: ApplicationParts): Promise<Application> {
  const log = new RecordedLog();
  const imports = [TaskQueueModule.forRoot({ broker, keyPrefix: uniquePrefix('scenario'), ...queue }), ...(parts.imports ?? [])];
  const app = await Test.createTestingModule({ ...parts, imports })
    .setLogger(log)
    .compile();
  open.push(app);
  await app.init();
  const { inspector } = app.get(getQueueInstanceToken('default')).transport;
  const work = (options?: WorkerOptionsInput) => startTestWorker(app, { drainTimeout: 0, abortGrace: 50, ...options });
  return { app, tasks: app.get(TaskClient), inspector, log, work };
}

/** What an application with a worker of these options fails to boot with. */
export async function bootError(parts: ApplicationParts, worker: WorkerOptionsInput = {}): Promise<Error & { code?: string }> {
  try {
    await start('memory://', { ...parts, imports: [...(parts.imports ?? []), TaskWorkerModule.forRoot(worker)] });
  } catch (error) {
    return error as Error;
  }
  throw new Error('the application booted');
}

/** An application on the testing kit, for what is a matter of hours. */
export async function startInMemory(parts: ModuleMetadata, options: TestingRootOptions = {}) {
  const imports = [TaskQueueTestingModule.forRoot(options), ...(parts.imports ?? [])];
  const app = await Test.createTestingModule({ ...parts, imports })
    .setLogger(new RecordedLog())
    .compile();
  open.push(app);
  return { app, tasks: app.get(TaskClient), queue: app.get(TestQueue) };
}

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((app) => app.close().catch(() => undefined)));
}
