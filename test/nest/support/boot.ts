import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { systemClock, TASK_CLOCK, TaskClient, TaskQueueModule, type ClientOptionsInput, type Clock } from 'nestjs-task-queue';

export interface Booted {
  readonly app: TestingModule;
  readonly tasks: TaskClient;
  readonly log: RecordedLog;
}

/** Keeps what the application logs instead of printing it. */
export class RecordedLog implements LoggerService {
  readonly entries: { readonly level: string; readonly message: unknown }[] = [];

  log(message: unknown): void {
    this.entries.push({ level: 'log', message });
  }
  warn(message: unknown): void {
    this.entries.push({ level: 'warn', message });
  }
  error(message: unknown): void {
    this.entries.push({ level: 'error', message });
  }
  debug(): void {}
  verbose(): void {}

  messages(level: string): string[] {
    return this.entries
      .filter((entry) => entry.level === level)
      .map(({ message }) => String((message as { message?: unknown }).message ?? message));
  }
}

const opened: TestingModule[] = [];

/** A real application with these parts beside a TaskQueueModule over memory; `tasks.for(C).m.apply()` runs its handlers. */
export async function boot(parts: ModuleMetadata, options: ClientOptionsInput = {}, clock: Clock = systemClock): Promise<Booted> {
  const log = new RecordedLog();
  const imports = [
    TaskQueueModule.forRoot({ broker: 'memory://', keyPrefix: `nest-${process.pid}-${Date.now()}-${Math.random()}`, ...options }),
    ...(parts.imports ?? []),
  ];
  const building = Test.createTestingModule({ ...parts, imports })
    .overrideProvider(TASK_CLOCK)
    .useValue(clock);
  const app = await building.setLogger(log).compile();
  try {
    await app.init();
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  opened.push(app);
  return { app, log, tasks: app.get(TaskClient) };
}

/** Closes what a test has booted. */
export async function closeAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((app) => app.close()));
}

/** What a boot fails with. */
export async function bootError(parts: ModuleMetadata, options: ClientOptionsInput = {}): Promise<Error & { code?: string }> {
  try {
    await boot(parts, options);
  } catch (error) {
    return error as Error;
  }
  throw new Error('the application booted');
}
