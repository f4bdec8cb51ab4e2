import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  getQueueInstanceToken,
  Task,
  TaskClient,
  TaskContext,
  TaskQueueModule,
  TaskWorkerModule,
  type ClientOptionsInput,
  type QueueInstance,
  type WorkerOptionsInput,
} from 'nestjs-task-queue';
import { RecordedLog } from '../../nest/support/boot.js';
import type { AdminApp } from './admin-app.js';

@Injectable()
export class ReportTasks {
  @Task({ name: 'reports.send' })
  async send(...args: readonly unknown[]): Promise<readonly unknown[]> {
    return args;
  }

  @Task({ name: 'reports.fail', maxRetries: 0 })
  async fail(): Promise<void> {
    throw new RangeError('no paper');
  }

  @Task({ name: 'reports.hold', redactArgs: [1] })
  async hold(_seen: string, _hidden: string, ctx: TaskContext): Promise<void> {
    await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve()));
  }
}

/** A worker in an application of its own, on the queue that the API serves. */
export class AdminWorker {
  readonly #others: AdminWorker[] = [];

  private constructor(
    readonly name: string,
    private readonly app: INestApplicationContext,
    private readonly api: AdminApp,
  ) {}

  private get client(): TaskClient {
    return this.api.app.get(TaskClient);
  }

  /** @param queue what its TaskQueueModule is given beside the place of the queue */
  static async start(
    api: AdminApp,
    options: WorkerOptionsInput & { readonly name: string },
    queue: Partial<ClientOptionsInput> = {},
  ): Promise<AdminWorker> {
    const instance = api.app.get<QueueInstance>(getQueueInstanceToken('default'));
    const { broker, keyPrefix } = instance.options;
    const module = await Test.createTestingModule({
      imports: [
        TaskQueueModule.forRoot({ broker, keyPrefix, ...queue }),
        TaskWorkerModule.forRoot({ drainTimeout: 0, abortGrace: 0, concurrency: 50, ...options }),
      ],
      providers: [ReportTasks],
    })
      .setLogger(new RecordedLog())
      .compile();
    await module.init();
    return new AdminWorker(options.name, module, api);
  }

  /** @returns the id of a task that failed for good */
  async deadLetter(args: readonly unknown[] = []): Promise<string> {
    const sent = await this.client.sendTask('reports.fail', args);
    await sent.get({ propagate: false });
    return sent.id;
  }

  /** @returns the id of a task that runs until it is aborted */
  async running(): Promise<string> {
    const { id } = await this.client.sendTask('reports.hold', ['seen', 'hidden']);
    while ((await this.client.result(id).state()) !== 'RECEIVED') await new Promise((resolve) => setImmediate(resolve));
    return id;
  }

  /** @returns the id of a task that waits for its time */
  async waiting(queue = 'later'): Promise<string> {
    return (await this.client.sendTask('reports.send', [], { countdown: '1h', queue })).id;
  }

  /** @returns the name of another worker, which consumes nothing that this one does */
  async another(): Promise<string> {
    const name = `another ${this.#others.length}`;
    this.#others.push(await AdminWorker.start(this.api, { name, queues: ['elsewhere'] }));
    return name;
  }

  async close(): Promise<void> {
    await Promise.all(this.#others.map((one) => one.close()));
    await this.app.close();
  }
}
