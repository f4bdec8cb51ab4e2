import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { TestingModule } from '@nestjs/testing';
import {
  getQueueInstanceToken,
  QueueInstance,
  TaskClient,
  type AsyncResult,
  type ClientOptionsInput,
  type TaskContext,
} from 'nestjs-task-queue';
import { startTestWorker, type TestWorker } from 'nestjs-task-queue/testing';
import { DataSource } from 'typeorm';
import { buildMessage } from '../../libs/task-queue/src/core/message/build-message.js';
import { writeWire } from '../../libs/task-queue/src/core/message/formats/native/wire.js';
import { BROKERS, signal } from '../client-and-worker/harness.js';
import { uniquePrefix } from '../support/services.js';
import { bootBank } from './boot-bank.js';
import { BankTasks, Script, type Account } from './bank.js';
import { testDatabase, type TestDatabase } from './support.js';

// PostgreSQL here is the database of the tasks as well, so that what they send goes straight into its queues.
describe.each(BROKERS)('transactional tasks, from %s', (name, url) => {
  const schema = uniquePrefix('bank').replace('-', '_');
  let database: TestDatabase;
  let app: TestingModule;
  let tasks: TaskClient;
  let script: Script;
  let worker: TestWorker;

  beforeAll(async () => {
    database = await testDatabase(schema);
    app = await boot();
    tasks = app.get(TaskClient);
    script = app.get(Script);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  beforeEach(async () => {
    script.afterTransfer = () => undefined;
    await database.pool.query(`TRUNCATE account, transfer, "${schema}".task_record, "${schema}".outbox`);
    await database.pool.query('INSERT INTO account VALUES (1, 100), (2, 100)');
    worker = await startTestWorker(app, { lease: '500ms', concurrency: 5 });
  });
  afterEach(() => worker.stop());

  it('commit their effects with their record, and store their result', async () => {
    const sent = await bank().transfer.delay(1, 2, 30);
    expect(await sent.get({ timeout: '5s' })).toBe(30);
    expect(await balances()).toEqual([70, 130]);
    expect(await records()).toEqual([sent.id]);
  });

  it('roll back their effects when they fail, and leave no record', async () => {
    script.afterTransfer = () => {
      throw new Error('no');
    };
    const sent = await bank().transfer.delay(1, 2, 30);
    await expect(sent.get({ timeout: '5s' })).rejects.toMatchObject({ code: 'TASK_FAILED' });
    expect(await balances()).toEqual([100, 100]);
    expect([await records(), await transfers()]).toEqual([[], []]);
  });

  it('rule 28: run injected repositories, builders, raw queries and nested transactions in one transaction', async () => {
    const made = async () => {
      const { rows } = await database.pool.query<{ id: number }>('SELECT id FROM account WHERE id > 100 ORDER BY id');
      return rows.map(({ id }) => id);
    };
    let seenByOthers: number[] | undefined;
    script.afterTransfer = async () => void (seenByOthers = await made());
    expect(await (await bank().everyWay.delay()).get({ timeout: '5s' })).toBe('repeatable read');
    expect([seenByOthers, await made()]).toEqual([[], [101, 102, 103, 104, 105, 106, 108, 109]]);
  });

  it('keep their own transaction each when many run at once', async () => {
    script.afterTransfer = ({ args }: TaskContext) => {
      if (args[2] === 2) throw new Error('no');
    };
    const sent = await Promise.all(Array.from({ length: 20 }, (_unused, n) => bank().transfer.delay(1, 2, 1 + (n % 2))));
    await Promise.all(sent.map((one) => one.get({ timeout: '10s', propagate: false })));
    expect(await balances()).toEqual([90, 110]);
  });

  it('send nothing when they fail, except outside the transaction', async () => {
    await (await bank().notify.delay(true)).get({ timeout: '5s', propagate: false });
    expect(await sentWithin()).toEqual([]);
    const { rows } = await database.pool.query('SELECT FROM account WHERE id = 200');
    expect(rows).toHaveLength(1);
    await (await bank().notify.delay(false)).get({ timeout: '5s' });
    expect(await sentWithin()).toEqual(['sent']);
  });

  it('rule 28: refuse a query that would bypass the transaction', async () => {
    script.kept = app.get(DataSource).createQueryRunner();
    await script.kept.connect();
    try {
      expect(await errorOf(await bank().escape.delay())).toMatchObject({ code: 'OUTSIDE_TRANSACTION' });
      await expect(script.kept.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    } finally {
      await script.kept.release();
    }
  });

  it('fail after an SQL error that they have caught', async () => {
    expect(await errorOf(await bank().swallow.delay())).toMatchObject({ code: 'TRANSACTION_ABORTED' });
  });

  it('cannot end their transaction themselves', async () => {
    expect(await errorOf(await bank().commit.delay())).toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
    const { rows } = await database.pool.query('SELECT FROM account WHERE id = 300');
    expect(rows).toEqual([]);
  });

  it('need to be transactional for @Tx()', async () => {
    expect(await errorOf(await bank().notTransactional.delay())).toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
  });

  it('report progress while the transaction is open', async () => {
    const state = signal<string>();
    let sent!: AsyncResult;
    const known = signal();
    script.afterTransfer = async () => {
      await known.come;
      state.give(await sent.state());
    };
    sent = await bank().progress.delay();
    known.give();
    expect(await state.come).toBe('PROGRESS');
    await sent.get({ timeout: '5s' });
  });

  it('rule 27: settle from the record when they are delivered again, without running', async () => {
    const taskId = uniquePrefix('repeated');
    const settlement = {
      kind: 'ack',
      traced: true,
      result: { record: { id: taskId, state: 'SUCCESS', retries: 0, result: 'of the first run', at: 1, worker: 'w' }, expires: 60_000 },
    };
    await record(taskId, settlement);
    const sent = await bank().transfer.applyAsync([1, 2, 30], { taskId });
    expect(await sent.get({ timeout: '5s' })).toBe('of the first run');
    expect(await balances()).toEqual([100, 100]);
  });

  it('rule 27: settle from the record even if they must not run any more', async () => {
    const taskId = uniquePrefix('expired');
    const settlement = {
      kind: 'ack',
      traced: true,
      result: { record: { id: taskId, state: 'SUCCESS', retries: 0, result: 'done', at: 1, worker: 'w' }, expires: 60_000 },
    };
    await record(taskId, settlement);
    const sent = await bank().transfer.applyAsync([1, 2, 30], { taskId, expires: new Date(1) });
    expect(await sent.get({ timeout: '5s' })).toBe('done');
  });

  it('rule 27: are released uncharged while another run of the id is in its transaction', async () => {
    const taskId = uniquePrefix('busy');
    const holder = await database.pool.connect();
    await holder.query(`BEGIN`);
    await holder.query(`SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, [`${schema}.task_record/${taskId}`]);
    const sent = await bank().transfer.applyAsync([1, 2, 30], { taskId });
    while ((await counts()).delayed === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await balances()).toEqual([100, 100]);
    await holder.query('ROLLBACK');
    holder.release();
    expect(await sent.get({ timeout: '5s' })).toBe(30);
    expect(await transfers()).toEqual([taskId]);
  });

  it('rule 27: do not run after their record may have expired', async () => {
    const id = uniquePrefix('old');
    const message = buildMessage({ id, task: 'bank.transfer', args: [1, 2, 30], queue: 'default', sentAt: Date.now() - 31 * 86_400_000 });
    const publication = { id, queue: 'default', body: writeWire(message), priority: 5, traced: true };
    await instance().transport.broker.publish([publication], { timeout: 5_000 });
    expect(await errorOf(tasks.result(id))).toMatchObject({ code: 'TOO_OLD_TO_DEDUP' });
    expect((await instance().transport.inspector.deadLetters('default', { limit: 100 })).letters).toContainEqual(
      expect.objectContaining({ id, reason: 'too_old_to_dedup' }),
    );
    expect(await balances()).toEqual([100, 100]);
  });

  it('rule 27: look up a commit whose answer was lost', async () => {
    const dataSource = app.get(DataSource);
    const create = dataSource.driver.createQueryRunner.bind(dataSource.driver);
    dataSource.driver.createQueryRunner = (mode) => {
      const runner = create(mode);
      const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
      runner.query = (async (...args: unknown[]) => {
        const answer = await query(...args);
        if (args[0] === 'COMMIT') throw new Error('Connection terminated unexpectedly');
        return answer;
      }) as never;
      return runner;
    };
    try {
      const sent = await bank().transfer.delay(1, 2, 30);
      expect(await sent.get({ timeout: '5s' })).toBe(30);
    } finally {
      dataSource.driver.createQueryRunner = create;
    }
    expect(await balances()).toEqual([70, 130]);
  });

  it('fail the boot if they could not run', async () => {
    await expect(startTestWorker(app, { concurrency: 10, name: 'too-many' })).rejects.toMatchObject({
      code: 'INVALID_OPTION',
      message: expect.stringContaining('concurrency'),
    });
    const other = await boot({ broker: 'memory://', keyPrefix: 'never_migrated', outbox: undefined });
    await expect(startTestWorker(other)).rejects.toMatchObject({
      code: 'TABLE_UNUSABLE',
      message: expect.stringContaining('npx tasks migrate'),
    });
    await other.close();
  });

  it('remove their records after the retention', async () => {
    await record('old', {});
    await record('young', {});
    await database.pool.query(`UPDATE "${schema}".task_record SET finished_at = now() - interval '32 days' WHERE id = 'old'`);
    const handler = { name: 'x', options: { transactional: { dataSource: null, isolation: null } } } as never;
    await instance().transactionsOf(handler)!.prune();
    expect(await records()).toEqual(['young']);
  });

  const instance = () => app.get<QueueInstance>(getQueueInstanceToken('default'), { strict: false });
  const bank = () => tasks.for(BankTasks);
  const counts = () => tasks.queues.counts('default');

  const boot = (options: ClientOptionsInput = {}) =>
    bootBank(database.url, { broker: name === 'postgres' ? database.url : url(), keyPrefix: schema, ...options });

  async function balances(): Promise<number[]> {
    const { rows } = await database.pool.query<Account>('SELECT balance FROM account WHERE id < 100 ORDER BY id');
    return rows.map(({ balance }) => balance);
  }

  async function records(): Promise<string[]> {
    const { rows } = await database.pool.query<{ id: string }>(`SELECT id FROM "${schema}".task_record`);
    return rows.map(({ id }) => id);
  }

  async function transfers(): Promise<string[]> {
    const { rows } = await database.pool.query<{ task_id: string }>('SELECT task_id FROM transfer');
    return rows.map(({ task_id: id }) => id);
  }

  async function record(id: string, settlement: object): Promise<void> {
    await database.pool.query(`INSERT INTO "${schema}".task_record (id, settlement) VALUES ($1, $2)`, [
      id,
      Buffer.from(JSON.stringify(settlement)),
    ]);
  }

  /** What waits in the outbox, or was run from the queue that it went to. */
  async function sentWithin(): Promise<unknown[]> {
    const outboxed = await readOutbox();
    if (name !== 'postgres') return outboxed;
    expect(outboxed).toEqual([]);
    while ((await counts()).ready > 0) await new Promise((resolve) => setImmediate(resolve));
    await worker.idle();
    return script.notes.filter((note) => note === 'sent');
  }

  async function readOutbox(): Promise<unknown[]> {
    const { rows } = await database.pool.query<{ publication: Buffer }>(`SELECT publication FROM "${schema}".outbox ORDER BY seq`);
    return rows.map(({ publication }) => {
      const { body } = JSON.parse(publication.toString()) as { body: string };
      return (JSON.parse(body) as { a: unknown[] }).a[0];
    });
  }

  async function errorOf(sent: AsyncResult): Promise<unknown> {
    return sent.get({ timeout: '5s', propagate: false });
  }
});
