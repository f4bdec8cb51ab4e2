import type { INestApplicationContext, Type } from '@nestjs/common';
import type { NestApplicationContextOptions } from '@nestjs/common/interfaces/nest-application-context-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { InvalidAppError } from '../../core/errors/boot-errors.js';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';
import { loadWorkerModule, type WorkerApp } from './load-worker-module.js';
import { ShutdownSignals } from './shutdown-signals.js';
import { claimTaskRole } from '../tokens/task-role.js';
import { workerRun } from './worker-run.js';
import { WorkerOrchestrator } from './worker.orchestrator.js';

/** Worker options, which override those of the application's TaskWorkerModule, and options of Nest. */
export interface RunWorkerOptions extends WorkerOptionsInput {
  nest?: NestApplicationContextOptions;
}

export interface RunningWorker {
  readonly app: INestApplicationContext;
  /** quiet, drain, close the application. Does not exit. */
  stop(): Promise<void>;
}

/**
 * Boots a worker application and owns its process. It consumes when every module is initialized. On the first SIGTERM or
 * SIGINT it stops fetching, drains, closes the application and exits with 0. A second signal exits at once.
 * @param app the root module's class or file; one that imports TaskWorkerModule
 * @throws InvalidAppError, and any error of the boot
 */
export async function runWorker(app: WorkerApp, options: RunWorkerOptions = {}): Promise<RunningWorker> {
  return own((endProcess) => boot(app, options, endProcess));
}

/**
 * As {@link runWorker}, for a process that runs no task and only sends due schedules. Any number of them may run, also beside
 * workers with `beat: true`.
 * @throws InvalidAppError, and any error of the boot
 */
export async function runBeat(app: WorkerApp, { nest }: Pick<RunWorkerOptions, 'nest'> = {}): Promise<RunningWorker> {
  return own((endProcess) => boot(app, nest === undefined ? {} : { nest }, endProcess, true));
}

/** Owns the process of an application that boots. */
async function own(begin: (endProcess: () => void) => ReturnType<typeof boot>): Promise<RunningWorker> {
  const signals = new ShutdownSignals(async () => (await booting).stop());
  signals.listen();
  const booting = begin(() => signals.begin());
  try {
    const { context, stop } = await booting;
    return { app: context, stop: () => stop().finally(() => signals.unlisten()) };
  } catch (error) {
    signals.unlisten();
    throw error;
  }
}

async function boot(app: WorkerApp, { nest, ...options }: RunWorkerOptions, endProcess: () => void, beatOnly = false) {
  claimTaskRole('worker');
  const module = await loadWorkerModule(app);
  const context = await workerRun.run({ options, beatOnly, shutDown: endProcess }, () =>
    NestFactory.createApplicationContext(module, Object.assign({ abortOnError: false }, nest)),
  );
  const workers = workersOf(context, module);
  let stopping: Promise<void> | undefined;
  const stop = () => (stopping ??= shutDown(context, workers));
  try {
    await Promise.all(workers.map((worker) => worker.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { context, stop };
}

function workersOf(context: INestApplicationContext, module: Type): WorkerOrchestrator[] {
  try {
    return context.get(WorkerOrchestrator, { strict: false, each: true });
  } catch (error) {
    throw new InvalidAppError(`${module.name} runs no worker: import TaskWorkerModule.forRoot() in it.`, { cause: error });
  }
}

/** Stops workers before any module is destroyed: Nest would close connections that their tasks are using. */
async function shutDown(context: INestApplicationContext, workers: readonly WorkerOrchestrator[]): Promise<void> {
  const stopped = await Promise.allSettled(workers.map((worker) => worker.stop()));
  await context.close();
  for (const one of stopped) if (one.status === 'rejected') throw one.reason;
}
