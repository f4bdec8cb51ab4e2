import { Injectable } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Task, TaskClient, TaskQueueModule, type Injected } from 'nestjs-task-queue';
import { startTestWorker, type TestWorker } from 'nestjs-task-queue/testing';
import { Tx } from 'nestjs-task-queue/typeorm';
import { Column, Entity, PrimaryColumn, Repository, type EntityManager } from 'typeorm';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'named_source';

@Entity('report')
class Report {
  @PrimaryColumn('text') name: string;
  @Column('text') level: string;
}

@Entity('visit')
class Visit {
  @PrimaryColumn('text') name: string;
}

@Injectable()
class ReportTasks {
  constructor(
    @InjectRepository(Report, 'reports') private readonly reports: Repository<Report>,
    @InjectRepository(Visit) private readonly visits: Repository<Visit>,
  ) {}

  @Task({ name: 'reports.write', transactional: { dataSource: 'reports', isolation: 'SERIALIZABLE' }, maxRetries: 0 })
  async write(name: string, fails: boolean, @Tx() manager: Injected<EntityManager>): Promise<boolean> {
    await this.visits.save({ name });
    const [{ level }] = await manager.query<[{ level: string }]>(`SELECT current_setting('transaction_isolation') AS level`);
    await this.reports.save({ name, level });
    if (fails) throw new Error('no');
    return manager.existsBy(Report, { name });
  }
}

describe('a task that is transactional on a named DataSource', () => {
  let reports: TestDatabase;
  let others: TestDatabase;
  let app: TestingModule;
  let worker: TestWorker;

  beforeAll(async () => {
    [reports, others] = [await testDatabase(SCHEMA), await testDatabase('without_records')];
    const common = { type: 'postgres', synchronize: true, installExtensions: false, poolSize: 10 } as const;
    app = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({ ...common, url: others.url, entities: [Visit] }),
        TypeOrmModule.forRoot({ ...common, url: reports.url, entities: [Report], name: 'reports' }),
        TypeOrmModule.forFeature([Visit]),
        TypeOrmModule.forFeature([Report], 'reports'),
        TaskQueueModule.forRoot({ broker: 'memory://', keyPrefix: SCHEMA }),
      ],
      providers: [ReportTasks],
    }).compile();
    app.useLogger(false);
    await app.init();
    worker = await startTestWorker(app, { concurrency: 2 });
  });
  afterAll(async () => {
    await worker.stop();
    await app.close();
    await Promise.all([reports.drop(), others.drop()]);
  });

  const rows = (database: TestDatabase, table: string) =>
    database.pool.query(`SELECT * FROM ${table} ORDER BY name`).then((found) => found.rows as unknown[]);
  const write = (name: string, fails: boolean) => app.get(TaskClient).for(ReportTasks).write.delay(name, fails);

  it('commits there, with its isolation level and record; effects elsewhere happen at once', async () => {
    const sent = await write('kept', false);
    expect(await sent.get({ timeout: '5s' })).toBe(true);
    await expect((await write('undone', true)).get({ timeout: '5s' })).rejects.toMatchObject({ code: 'TASK_FAILED' });
    expect(await rows(reports, 'report')).toEqual([{ name: 'kept', level: 'serializable' }]);
    expect(await rows(others, 'visit')).toEqual([{ name: 'kept' }, { name: 'undone' }]);
    expect((await reports.pool.query(`SELECT id FROM ${SCHEMA}.task_record`)).rows).toEqual([{ id: sent.id }]);
  });
});
