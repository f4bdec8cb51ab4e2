import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type EntityManager } from 'typeorm';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { TaskClient, type TransactionalCalls } from '../../libs/task-queue/src/core/client/task-client.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { Outbox } from '../../libs/task-queue/src/database/outbox/outbox.js';
import { TransactionTargets } from '../../libs/task-queue/src/database/outbox/transaction-targets.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { Harness } from '../client-and-worker/harness.js';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'with_manager';

describe('calls within a transaction of the application', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let app: Harness;
  let client: TaskClient;
  let outbox: Outbox;

  beforeAll(async () => {
    database = await testDatabase(SCHEMA);
    dataSource = await database.dataSource();
    await database.pool.query('CREATE TABLE post (title text)');
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    app = await Harness.open('memory://', { keyPrefix: SCHEMA, outbox: { database: database.pool } });
    outbox = new Outbox(app.options.outbox!, SCHEMA, systemClock);
    client = await clientOf(app, outbox);
  });
  afterEach(async () => {
    await database.pool.query(`TRUNCATE ${SCHEMA}.outbox; TRUNCATE post`);
    await app.close();
  });

  const insert = (title: string) => `INSERT INTO post VALUES ('${title}')`;

  it('are sent when it commits, and not before', async () => {
    const sent = await dataSource.transaction(async (manager) => {
      const result = await client.withManager(manager).sendTask('mail', [1]);
      expect(await outbox.stats()).toMatchObject({ waiting: 0 });
      return result;
    });
    expect(await outbox.stats()).toMatchObject({ waiting: 1, refused: 0 });
    const [row] = await rows();
    expect(row).toMatchObject({ id: sent.id, queue: 'default', traced: true });
  });

  it('are not sent when it rolls back', async () => {
    const failing = dataSource.transaction(async (manager) => {
      await client.withManager(manager).sendTask('mail', [1]);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await rows()).toEqual([]);
  });

  it('follow the savepoint in which they were made', async () => {
    await dataSource.transaction(async (manager) => {
      await client.withManager(manager).sendTask('outer');
      const nested = manager.transaction(async (inner) => {
        await client.withManager(inner).sendTask('inner');
        throw new Error('no');
      });
      await nested.catch(() => undefined);
      await manager.transaction(async (inner) => void (await client.withManager(inner).sendTask('second')));
    });
    expect((await rows()).map(({ task }) => task)).toEqual(['outer', 'second']);
  });

  it('use one statement for the calls of one tick, in their order', async () => {
    await warmUp();
    const statements: string[] = [];
    await dataSource.transaction(async (manager) => {
      const tasks = client.withManager(manager);
      const { queryRunner } = manager;
      const query = queryRunner!.query.bind(queryRunner) as (...args: unknown[]) => Promise<unknown>;
      queryRunner!.query = ((...args: unknown[]) => (statements.push(String(args[0])), query(...args))) as never;
      await Promise.all([tasks.sendTask('a'), client.withManager(manager).sendTask('b'), tasks.sendMany([{ name: 'c' }, { name: 'd' }])]);
    });
    expect(statements.filter((text) => text.includes('outbox'))).toHaveLength(1);
    expect(statements.filter((text) => text.includes('pg_postmaster'))).toHaveLength(0);
    expect((await rows()).map(({ task }) => task)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keep calls of one tick in two transactions apart', async () => {
    await warmUp();
    const [one, other] = [dataSource.createQueryRunner(), dataSource.createQueryRunner()];
    await Promise.all([one.startTransaction(), other.startTransaction()]);
    await Promise.all([
      client.withManager(one.manager).sendTask('kept'),
      client.withManager(other.manager).sendTask('dropped'),
      client.sendTask('at once'),
    ]);
    await one.commitTransaction();
    await other.rollbackTransaction();
    await Promise.all([one.release(), other.release()]);
    expect((await rows()).map(({ task }) => task)).toEqual(['kept']);
    expect(await app.transport.inspector.counts('default')).toMatchObject({ ready: 1 });
  });

  it.each<[string, (use: (tasks: TransactionalCalls) => Promise<unknown>) => Promise<unknown>]>([
    ['a client of pg', async (use) => {
      const pgClient = await database.pool.connect();
      await pgClient.query('BEGIN');
      await use(client.withManager(pgClient));
      await pgClient.query(insert('by pg'));
      await pgClient.query('COMMIT');
      pgClient.release();
    }], // prettier-ignore
    ['a QueryRunner', async (use) => {
      const runner = dataSource.createQueryRunner();
      await runner.startTransaction();
      await use(client.withManager(runner));
      await runner.commitTransaction();
      await runner.release();
    }], // prettier-ignore
  ])('go through %s, too', async (_, within) => {
    await within((tasks) => tasks.sendTask('mail', [2]));
    expect((await rows()).map(({ task }) => task)).toEqual(['mail']);
  });

  it('go straight into the queues of a broker that is in the same database', async () => {
    const direct = await Harness.open(database.url, { keyPrefix: SCHEMA });
    const ready = async () => (await direct.transport.inspector.counts('default')).ready;
    try {
      await dataSource.transaction(async (manager) => {
        await direct.client.withManager(manager).sendTask('kept');
        expect(await ready()).toBe(0);
      });
      expect(await ready()).toBe(1);
      const failing = dataSource.transaction(async (manager) => {
        await direct.client.withManager(manager).sendTask('dropped');
        throw new Error('no');
      });
      await expect(failing).rejects.toThrow('no');
      expect([await ready(), await rows()]).toEqual([1, []]);
    } finally {
      await direct.close();
    }
  });

  it('compute their due time at the call', async () => {
    const before = Date.now();
    await dataSource.transaction((manager) => client.withManager(manager).sendTask('later', [], { countdown: '1h' }));
    const [row] = await rows();
    expect(row!.due!.eta - before - 3_600_000).toBeLessThan(60_000);
    expect(row!.due!.eta).toBeGreaterThanOrEqual(before + 3_600_000);
  });

  it('carry text that no database encoding can hold', async () => {
    const argument = 'a\u0000b \ud83d\ude00';
    await dataSource.transaction((manager) => client.withManager(manager).sendTask('odd', [argument]));
    const [row] = await rows();
    expect(row!.args).toEqual([argument]);
  });

  it.each<[string, () => Promise<unknown> | unknown]>([
    ['a manager of no transaction', () => client.withManager(dataSource.manager)],
    ['a DataSource', () => client.withManager(dataSource)],
    ['a Pool', () => client.withManager(database.pool)],
    ['a manager whose transaction is over', async () => {
      let kept!: EntityManager;
      await dataSource.transaction(async (manager) => void (kept = manager));
      return client.withManager(kept);
    }], // prettier-ignore
    ['a call that the transaction did not wait for', async () => {
      let late!: TransactionalCalls;
      await dataSource.transaction(async (manager) => void (late = client.withManager(manager)));
      return late.sendTask('late');
    }], // prettier-ignore
    ['nothing at all', () => client.withManager(undefined as never)],
  ])('refuse %s', async (_, call) => {
    await expect(Promise.resolve().then(call)).rejects.toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
  });

  it('refuse a client of pg without a transaction', async () => {
    const idle = await database.pool.connect();
    try {
      expect(() => client.withManager(idle)).toThrow(expect.objectContaining({ code: 'TRANSACTION_NOT_OPEN' }));
    } finally {
      idle.release();
    }
  });

  it('rule 26: fail clearly without an outbox, or with one in another database', async () => {
    const without = await clientOf(app, undefined);
    const send = (tasks: TaskClient) => dataSource.transaction((manager) => tasks.withManager(manager).sendTask('mail'));
    await expect(send(without)).rejects.toMatchObject({ code: 'OUTBOX_MISSING', message: expect.stringContaining("there is no 'outbox'") });
    const elsewhere = await testDatabase(SCHEMA);
    try {
      const foreign = new Outbox({ ...app.options.outbox!, database: elsewhere.pool }, SCHEMA, systemClock);
      await expect(send(await clientOf(app, foreign))).rejects.toMatchObject({
        code: 'OUTBOX_MISSING',
        message: expect.stringContaining("neither is the 'outbox'"),
      });
    } finally {
      await elsewhere.drop();
    }
  });

  it('name the error that aborted the transaction', async () => {
    await warmUp();
    const spoilt = dataSource.transaction(async (manager) => {
      await manager.query('SELECT 1/0').catch(() => undefined);
      await client.withManager(manager).sendTask('mail');
    });
    await expect(spoilt).rejects.toMatchObject({ code: 'TRANSACTION_ABORTED' });
  });

  it('name a table that is missing or not accessible', async () => {
    const other = new Outbox(app.options.outbox!, 'never_migrated', systemClock);
    await expect(other.check()).rejects.toMatchObject({ code: 'TABLE_UNUSABLE', message: expect.stringContaining('npx tasks migrate') });
    const lost = dataSource.transaction(async (manager) => (await clientOf(app, other)).withManager(manager).sendTask('mail'));
    await expect(lost).rejects.toMatchObject({ code: 'TABLE_UNUSABLE' });
    await expect(outbox.check()).resolves.toBeUndefined();
  });

  it('give up if the row cannot be written in time', async () => {
    await warmUp();
    const blocker = await database.pool.connect();
    await blocker.query(`BEGIN; LOCK TABLE ${SCHEMA}.outbox`);
    try {
      const waiting = dataSource.transaction(async (manager) => {
        await manager.query("SET LOCAL statement_timeout = '50ms'");
        await client.withManager(manager).sendTask('mail');
      });
      await expect(waiting).rejects.toMatchObject({ code: 'TRANSACTION_WRITE_FAILED', cause: { code: '57014' } });
    } finally {
      await blocker.query('ROLLBACK');
      blocker.release();
    }
  });

  it('refuse a lagLimit longer than dedupRetention', () => {
    const read = () => resolveClientOptions({ dedupRetention: '1h', outbox: { database: database.pool, lagLimit: '2h' } });
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringContaining('dedupRetention') }));
  });

  /** The first call of each database also asks which one it is. */
  async function warmUp(): Promise<void> {
    await dataSource.transaction((manager) => client.withManager(manager).sendTask('warm'));
    await database.pool.query(`TRUNCATE ${SCHEMA}.outbox`);
  }

  async function rows() {
    const { rows: found } = await database.pool.query<{ publication: Buffer }>(`SELECT publication FROM ${SCHEMA}.outbox ORDER BY seq`);
    const codecs = await openCodecs(app.options);
    return found.map(({ publication }) => {
      const { id, queue, traced, body, due } = JSON.parse(publication.toString()) as {
        id: string;
        queue: string;
        traced: boolean;
        body: string;
        due?: { eta: number };
      };
      const { task, args } = codecs.messages.decode({ id, queue, body });
      return { id, queue, traced, due, task, args };
    });
  }
});

async function clientOf({ transport, options }: Harness, outbox: Outbox | undefined): Promise<TaskClient> {
  return new TaskClient({
    transport,
    codecs: await openCodecs(options),
    options,
    describe: () => new Map(),
    localHandler: () => undefined,
    routerOf: (type) => new type(),
    transactional: new TransactionTargets(transport.broker, outbox),
    clock: systemClock,
    logger: silentLogger,
  });
}
