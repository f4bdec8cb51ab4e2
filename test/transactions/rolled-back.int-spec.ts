import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';
import { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import type { TransactionalPublishing } from '../../libs/task-queue/src/core/ports/broker/transactional.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { Outbox } from '../../libs/task-queue/src/database/outbox/outbox.js';
import { TransactionTargets } from '../../libs/task-queue/src/database/outbox/transaction-targets.js';
import { Harness, signal } from '../client-and-worker/harness.js';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'rolled_back';

/** A transaction on a connection that serves one request after another. */
interface Request {
  readonly owner: Pick<QueryRunner, 'query'>;
  rollBack(): Promise<unknown>;
  commit(): Promise<unknown>;
  release(): void;
}

describe.each(['the outbox', 'the queues'])('a message for %s', (target) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let app: Harness;
  let client: TaskClient;
  /** holds back the answer of which database the target is in */
  let identified: ReturnType<typeof signal<void>>;
  const open = new Set<Request>();
  let asked: ReturnType<typeof signal<void>>;

  beforeAll(async () => {
    database = await testDatabase(SCHEMA);
    dataSource = await database.dataSource([], 1);
    await database.pool.query('CREATE TABLE post (title text)');
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    [identified, asked] = [signal<void>(), signal<void>()];
    app = await Harness.open(target === 'the outbox' ? 'memory://' : database.url, {
      keyPrefix: SCHEMA,
      outbox: { database: database.pool },
    });
    const { broker } = app.transport;
    const outbox = new Outbox(app.options.outbox!, SCHEMA, systemClock);
    holdBack(target === 'the outbox' ? outbox : broker.transactional!);
    client = new TaskClient({
      transport: app.transport,
      codecs: await openCodecs(app.options),
      options: app.options,
      describe: () => new Map(),
      localHandler: () => undefined,
      routerOf: (type) => new type(),
      transactional: new TransactionTargets(broker, outbox),
      clock: systemClock,
      logger: silentLogger,
    });
  });
  afterEach(async () => {
    // Those of a failed test: its connection would not come back.
    for (const request of open) await request.rollBack().catch(() => undefined);
    for (const request of open) request.release();
    await database.pool.query(`TRUNCATE ${SCHEMA}.outbox, post`);
    await app.transport.inspector.purge('default');
    await app.close();
  });

  describe.each<[string, () => Promise<Request>]>([
    ['a client of pg', requestOfPg],
    ['a QueryRunner', requestOfTypeorm],
  ])('sent in a transaction of %s', (_owner, begin) => {
    it('rule 35: does not outlive a rollback that comes while its target is looked for', async () => {
      const request = await begin();
      const late = client.withManager(request.owner).sendTask('late');
      await asked.come;
      await request.rollBack();
      identified.give();
      await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
      request.release();
      expect(await sent()).toBe(0);
    });

    it('rule 35: does not get into the transaction of the next request on the connection', async () => {
      const request = await begin();
      const late = client.withManager(request.owner).sendTask('late');
      await asked.come;
      await request.rollBack();
      request.release();
      const next = await begin();
      await next.owner.query("INSERT INTO post VALUES ('of the next')");
      identified.give();
      await expect(late).rejects.toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
      await next.commit();
      next.release();
      expect(await sent()).toBe(0);
      expect((await database.pool.query('SELECT FROM post')).rowCount).toBe(1);
    });

    it('rule 35: does not outlive a rollback that waits in the driver', async () => {
      identified.give();
      const first = await begin();
      await client.withManager(first.owner).sendTask('first');
      await first.rollBack();
      first.release();
      const request = await begin();
      const tasks = client.withManager(request.owner);
      void request.owner.query('SELECT pg_sleep(0.01)');
      const rolledBack = request.rollBack();
      await expect(tasks.sendTask('late')).rejects.toMatchObject({ code: 'TRANSACTION_NOT_OPEN' });
      await rolledBack;
      request.release();
      expect(await sent()).toBe(0);
    });

    it('is sent in each of several transactions of a connection', async () => {
      identified.give();
      for (let turn = 0; turn < 3; turn++) {
        const request = await begin();
        await client.withManager(request.owner).sendTask('kept');
        await request.commit();
        request.release();
      }
      expect(await sent()).toBe(3);
    });
  });

  function holdBack(publishing: TransactionalPublishing): void {
    const identity = publishing.databaseIdentity.bind(publishing);
    publishing.databaseIdentity = async () => {
      asked.give();
      await identified.come;
      return identity();
    };
  }

  async function sent(): Promise<number> {
    if (target === 'the queues') return (await app.transport.inspector.counts('default')).ready;
    return (await database.pool.query(`SELECT FROM ${SCHEMA}.outbox`)).rowCount!;
  }

  /** Always the same connection, unless the test has left it in use. */
  async function requestOfPg(): Promise<Request> {
    const owner = await database.pool.connect();
    await owner.query('BEGIN');
    return opened({
      owner: owner as never,
      rollBack: () => owner.query('ROLLBACK'),
      commit: () => owner.query('COMMIT'),
      release: () => owner.release(),
    });
  }

  async function requestOfTypeorm(): Promise<Request> {
    const owner = dataSource.createQueryRunner();
    await owner.startTransaction();
    return opened({
      owner,
      rollBack: () => owner.rollbackTransaction(),
      commit: () => owner.commitTransaction(),
      release: () => void owner.release(),
    });
  }

  function opened(request: Request): Request {
    const entry: Request = {
      ...request,
      release() {
        open.delete(entry);
        request.release();
      },
    };
    open.add(entry);
    return entry;
  }
});
