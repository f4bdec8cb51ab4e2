import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { Outbox } from '../../libs/task-queue/src/database/outbox/outbox.js';
import { TransactionTargets } from '../../libs/task-queue/src/database/outbox/transaction-targets.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { Harness } from '../client-and-worker/harness.js';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'first_sends';

describe('the first calls within transactions, where all connections are in transactions', () => {
  let database: TestDatabase;
  let app: Harness;

  beforeAll(async () => void (database = await testDatabase(SCHEMA)));
  afterAll(() => database.drop());
  beforeEach(async () => void (app = await Harness.open('memory://', { keyPrefix: SCHEMA, outbox: { database: database.pool } })));
  afterEach(async () => {
    await database.pool.query(`TRUNCATE ${SCHEMA}.outbox`);
    await app.close();
  });

  const outboxOf = (handle: object) => new Outbox({ ...app.options.outbox!, database: handle as never }, SCHEMA, systemClock);
  const waiting = async () => (await outboxOf(database.pool).stats()).waiting;

  it('need no other connection of a DataSource', async () => {
    const source = await database.dataSource([], 2);
    const sending = await clientOf(app, outboxOf(source));
    const bothBegun = meeting(2);
    const send = () =>
      source.transaction(async (manager) => {
        await bothBegun();
        await sending.withManager(manager).sendTask('mail');
      });
    await Promise.all([send(), send()]);
    expect(await waiting()).toBe(2);
  });

  it('need no other connection of a Pool', async () => {
    const pool = new pg.Pool({ connectionString: database.url, max: 2 });
    const own = outboxOf(pool);
    await own.check();
    const sending = await clientOf(app, own);
    const bothBegun = meeting(2);
    const send = async () => {
      const connection = await pool.connect();
      await connection.query('BEGIN');
      await bothBegun();
      await sending.withManager(connection).sendTask('mail');
      await connection.query('COMMIT');
      connection.release();
    };
    await Promise.all([send(), send()]);
    await pool.end();
    expect(await waiting()).toBe(2);
  });
});

/** Resolves for all when so many have come. */
function meeting(count: number): () => Promise<void> {
  let come = 0;
  let all!: () => void;
  const met = new Promise<void>((resolve) => (all = resolve));
  return () => {
    if (++come === count) all();
    return met;
  };
}

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
