import { Injectable } from '@nestjs/common';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  getQueueInstanceToken,
  Reject,
  Task,
  TaskContext,
  TaskWorkerModule,
  type ClientOptionsInput,
  type QueueInstance,
} from 'nestjs-task-queue';
import type { ResultBackend } from 'nestjs-task-queue/spi';
import { FailedTaskEntity, taskResultEntities, TaskResultEntity, TaskResults } from 'nestjs-task-queue/typeorm';
import type { DataSource, Repository } from 'typeorm';
import { boot, closeAll, type Booted } from '../../nest/support/boot.js';
import { freshDatabase } from '../../support/services.js';
import { makeTables, openSource, type ResultTables } from './tables.js';

/** What the tasks of a test do; set anew for each. */
export const world = {
  /** holds the tasks of these months */
  gates: new Map<string, { reached(): void; readonly go: Promise<void> }>(),
  printerWorks: false,
};

@Injectable()
export class ReportTasks {
  @Task({ name: 'reports.build', tags: ['reports'], trackStarted: true })
  async build(month: string, ctx: TaskContext): Promise<string> {
    await ctx.updateState('PROGRESS', { step: 1 });
    const gate = world.gates.get(month);
    gate?.reached();
    await gate?.go;
    return `report of ${month}`;
  }

  @Task({ name: 'reports.print', maxRetries: 0 })
  print(complaint: string): string {
    if (world.printerWorks) return 'printed';
    throw new TypeError(complaint);
  }

  @Task({ name: 'reports.reject' })
  reject(): never {
    throw new Reject();
  }
}

@Injectable()
class Reports {
  constructor(
    @InjectRepository(TaskResultEntity) readonly rows: Repository<TaskResultEntity>,
    @InjectRepository(FailedTaskEntity) readonly failed: Repository<FailedTaskEntity>,
    readonly found: TaskResults,
  ) {}
}

export interface ReportApp extends Booted, Reports {
  readonly queue: QueueInstance;
  readonly results: ResultBackend;
}

/** A database of the test file's own, and applications whose results are in it. */
export class ResultFixture {
  private constructor(
    private readonly database: Awaited<ReturnType<typeof freshDatabase>>,
    readonly source: DataSource,
    readonly tables: ResultTables,
  ) {}

  static async open(): Promise<ResultFixture> {
    const database = await freshDatabase();
    const source = await openSource(database.url);
    return new ResultFixture(database, source, await makeTables(source));
  }

  get schema(): string {
    return this.tables.schema;
  }

  get url(): string {
    return this.database.url;
  }

  /** An application with a worker, that reads its results through repositories and the search. */
  async start(options: ClientOptionsInput = {}): Promise<ReportApp> {
    const entities = taskResultEntities({ schema: this.schema });
    const orm = TypeOrmModule.forRoot({ type: 'postgres', url: this.url, entities });
    const imports = [orm, TypeOrmModule.forFeature(entities), TaskWorkerModule.forRoot({ name: 'w' })];
    const providers = [ReportTasks, TaskResults, Reports];
    const booted = await boot({ imports, providers }, { results: { schema: this.schema }, ...options });
    const { rows, failed, found } = booted.app.get(Reports);
    const queue = booted.app.get<QueueInstance>(getQueueInstanceToken('default'));
    return { ...booted, rows, failed, found, queue, results: queue.transport.results };
  }

  /** Between two tests. */
  async reset(): Promise<void> {
    await closeAll();
    world.gates.clear();
    world.printerWorks = false;
    await this.source.query(`truncate ${this.schema}.task_result, ${this.schema}.failed_task`);
  }

  async close(): Promise<void> {
    await this.source.destroy();
    await this.database.drop();
  }
}
