import {
  Inject,
  Injectable,
  Module,
  type INestApplicationContext,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  runWorker,
  Task,
  TASK_ROLE,
  TaskClient,
  TaskQueueModule,
  TaskWorkerModule,
  WorkerOrchestrator,
  systemClock,
  type Clock,
  type TaskContext,
} from 'nestjs-task-queue';
import { boot, closeAll, RecordedLog } from './support/boot.js';

/** What happened, in order, and waiting for it without sleeping. */
class Story {
  readonly events: string[] = [];
  #waiting: (() => void)[] = [];

  tell(event: string): void {
    this.events.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async until(event: string): Promise<void> {
    while (!this.events.includes(event)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}

let story = new Story();
let release = () => {};

@Injectable()
class Database implements OnModuleDestroy {
  open = true;
  onModuleDestroy(): void {
    this.open = false;
    story.tell('database closed');
  }
}
@Module({ providers: [Database], exports: [Database] })
class DatabaseModule {}

@Injectable()
class SlowTasks {
  constructor(private readonly database: Database) {}

  @Task({ name: 'lifecycle.slow' })
  async slow(): Promise<string> {
    story.tell('task started');
    await new Promise<void>((resolve) => (release = resolve));
    story.tell(`task ended with an ${this.database.open ? 'open' : 'closed'} database`);
    return 'done';
  }

  @Task({ name: 'lifecycle.waits_for_signal' })
  async waitsForSignal(ctx: TaskContext): Promise<void> {
    story.tell('task started');
    await new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(ctx.signal.reason as Error)));
  }

  @Task({ name: 'lifecycle.quick' })
  quick(): void {
    story.tell('quick ran');
  }
}

/** Sends during boot, and is initialized late. */
@Injectable()
class LateStarter implements OnModuleInit, OnApplicationBootstrap {
  constructor(private readonly tasks: TaskClient) {}
  async onModuleInit(): Promise<void> {
    await this.tasks.for(SlowTasks).quick.delay();
    story.tell('init over');
  }
  async onApplicationBootstrap(): Promise<void> {
    // A turn of the event loop, in which a worker that consumed already would run the task.
    await new Promise((resolve) => setImmediate(resolve));
    story.tell('bootstrap over');
  }
}

/** The worker of this application has been told to take no more work. */
async function quiet(app: INestApplicationContext): Promise<void> {
  const worker = app.get(WorkerOrchestrator, { strict: false });
  while (worker.health()?.consuming) await new Promise((resolve) => setImmediate(resolve));
}

const QUEUE = () => TaskQueueModule.forRoot({ broker: 'memory://', keyPrefix: `life-${Math.random()}` });

describe('runWorker', () => {
  const nest = () => ({ logger: new RecordedLog() });

  it('consumes when the whole application is initialized, not before', async () => {
    story = new Story();
    @Module({ imports: [TaskWorkerModule.forRoot(), QUEUE(), DatabaseModule], providers: [SlowTasks, LateStarter] })
    class App {}
    const running = await runWorker(App, { nest: nest() });
    await story.until('quick ran');
    await running.stop();
    expect(story.events).toEqual(['init over', 'bootstrap over', 'quick ran', 'database closed']);
  });

  it('drains before any module is destroyed that tasks use', async () => {
    story = new Story();
    @Module({ imports: [TaskWorkerModule.forRoot(), QUEUE(), DatabaseModule], providers: [SlowTasks] })
    class App {}
    const running = await runWorker(App, { nest: nest() });
    await running.app.get(TaskClient).for(SlowTasks).slow.delay();
    await story.until('task started');
    const stopping = running.stop();
    await quiet(running.app);
    release();
    await stopping;
    expect(story.events).toEqual(['task started', 'task ended with an open database', 'database closed']);
  });

  it('puts its options over the module’s, and checks them', async () => {
    @Module({ imports: [QUEUE(), TaskWorkerModule.forRoot({ name: 'from-module', concurrency: 1 })] })
    class App {}
    const running = await runWorker(App, { nest: nest(), name: 'from-run' });
    expect(running.app.get(WorkerOrchestrator, { strict: false }).health()).toMatchObject({ consuming: true, running: 0 });
    await running.stop();
    await expect(runWorker(App, { nest: nest(), concurency: 2 } as never)).rejects.toMatchObject({ code: 'UNKNOWN_OPTION' });
  });

  it('leaves no signal listener behind', async () => {
    @Module({ imports: [QUEUE(), TaskWorkerModule.forRoot()] })
    class App {}
    const before = process.listenerCount('SIGTERM');
    const running = await runWorker(App, { nest: nest() });
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await running.stop();
    expect(process.listenerCount('SIGTERM')).toBe(before);
  });

  it('refuses an application without a worker, and a class that is not a module', async () => {
    @Module({ imports: [QUEUE()] })
    class NoWorker {}
    await expect(runWorker(NoWorker, { nest: nest() })).rejects.toMatchObject({
      code: 'INVALID_APP',
      message: expect.stringContaining('TaskWorkerModule'),
    });
    await expect(runWorker(Database)).rejects.toMatchObject({ code: 'INVALID_APP' });
  });
});

describe('a worker inside an application', () => {
  afterEach(closeAll);

  it('drains when its modules are destroyed', async () => {
    story = new Story();
    const { app, tasks } = await boot({ imports: [DatabaseModule, TaskWorkerModule.forRoot()], providers: [SlowTasks] });
    const sent = await tasks.for(SlowTasks).slow.delay();
    await story.until('task started');
    const closing = app.close();
    await quiet(app);
    release();
    await closing;
    expect(story.events).toEqual(['task started', 'task ended with an open database', 'database closed']);
    expect(sent.id).toBeDefined();
  });

  it('releases tasks that do not end within the drain timeout', async () => {
    story = new Story();
    const { app, tasks } = await boot({ imports: [DatabaseModule, TaskWorkerModule.forRoot({ drainTimeout: 0 })], providers: [SlowTasks] });
    await tasks.for(SlowTasks).waitsForSignal.delay();
    await story.until('task started');
    await app.close();
    expect(story.events).toEqual(['task started', 'database closed']);
  });

  it('fails clearly if nothing can listen to signals', async () => {
    const due: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      timer: (delay, callback) =>
        delay === 1_000 ? { clear: () => {}, callback: due.push(callback) } : systemClock.timer(delay, callback),
    };
    const { log } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [SlowTasks, Database] }, {}, clock);
    const listening = () => {};
    process.on('SIGTERM', listening);
    due.forEach((check) => check());
    expect(log.messages('warn')).toEqual([]);
    process.off('SIGTERM', listening);
    due.forEach((check) => check());
    expect(log.messages('warn')).toEqual([expect.stringContaining('call app.enableShutdownHooks(), or start the worker with runWorker()')]);
  });

  it('reports its role', async () => {
    @Injectable()
    class Cron {
      constructor(@Inject(TASK_ROLE) readonly role: string) {}
    }
    const { app } = await boot({ providers: [Cron] });
    expect(['app', 'worker']).toContain(app.get(Cron).role);
  });
});
