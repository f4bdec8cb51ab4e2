import { EventEmitter, once } from 'node:events';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BrokerRefusedError, BrokerUnavailableError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { buildMessage } from '../../libs/task-queue/src/core/message/build-message.js';
import { writeWire } from '../../libs/task-queue/src/core/message/formats/native/wire.js';
import { Outbox } from '../../libs/task-queue/src/database/outbox/outbox.js';
import { Relay } from '../../libs/task-queue/src/database/outbox/relay.js';
import type { RelayDependencies } from '../../libs/task-queue/src/database/outbox/queue-relay.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { Broker } from '../../libs/task-queue/src/core/ports/broker/broker.js';
import type { Publication } from '../../libs/task-queue/src/core/ports/broker/publication.js';
import { BROKERS, Harness } from '../client-and-worker/harness.js';
import { testDatabase, type TestDatabase } from './support.js';

const SCHEMA = 'relay';

describe.each(BROKERS)('the relay of the outbox, to %s', (_, url) => {
  let database: TestDatabase;
  let app: Harness;
  let outbox: Outbox;
  const relays: Relay[] = [];
  const events = new EventEmitter();

  beforeAll(async () => {
    database = await testDatabase(SCHEMA);
  });
  afterAll(() => database.drop());

  beforeEach(async () => {
    app = await Harness.open(url(), { outbox: { database: database.pool, pollInterval: '1h' } });
    outbox = new Outbox(app.options.outbox!, SCHEMA, systemClock);
  });
  afterEach(async () => {
    await Promise.all(relays.splice(0).map((relay) => relay.stop()));
    await database.pool.query(`TRUNCATE ${SCHEMA}.outbox, ${SCHEMA}.outbox_relay`);
    await app.close();
  });

  it('publishes committed messages in order, and leaves none', async () => {
    const ids = await write(3);
    await start();
    expect(await counts()).toMatchObject({ ready: 3 });
    expect(await outbox.stats()).toEqual({ waiting: 0, lag: 0, refused: 0 });
    const published: string[] = [];
    app.task('task', (context) => void (published.push(context.id), events.emit('ran', published.length)));
    await app.worker({ concurrency: 1, pool: 'solo' });
    while (published.length < 3) await once(events, 'ran');
    expect(published).toEqual(ids);
  });

  it('is woken by a commit while it waits, however long it would wait', async () => {
    void start();
    await waiting();
    const relayed = once(events, 'relayed');
    await write(1);
    expect((await relayed)[0]).toMatchObject({ queue: 'default', count: 1 });
  });

  it('rule 26: leaves a queue to the relay that has it', async () => {
    let inBroker = 0;
    let most = 0;
    const broker = around(async (_, publish) => {
      most = Math.max(most, ++inBroker);
      while (inBroker === 1 && (await turnedAway()) < 2) await new Promise((resolve) => setImmediate(resolve));
      const receipts = await publish();
      inBroker--;
      return receipts;
    });
    await write(1_200);
    for (let n = 0; n < 3; n++) void start({ broker });
    await allRelayed();
    expect(most).toBe(1);
    expect(await counts()).toMatchObject({ ready: 1_200 });
  });

  it('rule 26: publishes a message that was committed late before those that are written after it', async () => {
    const published: string[] = [];
    const broker = around(async (publications, publish) => {
      const receipts = await publish();
      published.push(...publications.map(({ id }) => id));
      return receipts;
    });
    void start({ broker });
    await waiting();
    const late = await database.pool.connect();
    await late.query('BEGIN');
    const a = await writeWith(late, 1);
    const relayed = once(events, 'relayed');
    const b = await write(1);
    await relayed;
    await late.query('COMMIT');
    late.release();
    const c = await write(1);
    await allRelayed();
    expect(published).toEqual([...b, ...a, ...c]);
  });

  it('rule 26: publishes nothing twice when it dies after publishing', async () => {
    const dying = around(async (_, publish) => {
      await publish();
      await database.pool.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle in transaction'`,
      );
      events.emit('died');
      return publish();
    }, 1);
    await write(5);
    const died = once(events, 'died');
    void start({ broker: dying, outbox: new Outbox({ ...app.options.outbox!, pollInterval: 10 }, SCHEMA, systemClock) });
    await died;
    await allRelayed();
    expect(await counts()).toMatchObject({ ready: 5 });
  });

  it('waits for an unreachable broker, and loses nothing', async () => {
    let failures = 0;
    const broker = around(async (_, publish) => {
      if (++failures < 3) throw new BrokerUnavailableError('Publishing');
      return publish();
    });
    await write(2);
    void start({ broker, outbox: new Outbox({ ...app.options.outbox!, pollInterval: 10 }, SCHEMA, systemClock) });
    await allRelayed();
    expect(failures).toBe(3);
    expect(await counts()).toMatchObject({ ready: 2 });
  });

  it('sets aside the one message that the broker refuses, and logs it', async () => {
    const [, bad] = await write(3);
    const broker = around(async (publications, publish) => {
      if (publications.some(({ id }) => id === bad)) throw new BrokerRefusedError('Publishing', 'not this one');
      return publish();
    });
    const told: string[] = [];
    await start({ broker, logger: { ...silentLogger, error: (message) => void told.push(message) } });
    expect(await outbox.stats()).toMatchObject({ waiting: 0, refused: 1 });
    expect(await counts()).toMatchObject({ ready: 2 });
    expect(told).toEqual(['the broker refuses a message of the outbox; it is left there']);
  });

  it('keeps everything when the broker refuses everything', async () => {
    await write(2);
    const broker = around(async () => {
      throw new BrokerRefusedError('Publishing', 'no rights');
    });
    const told = once(events, 'told');
    void start({ broker, logger: { ...silentLogger, error: (message) => void events.emit('told', message) } });
    expect(await told).toEqual(['the broker refuses what waits in the outbox']);
    expect(await outbox.stats()).toMatchObject({ waiting: 2, refused: 0 });
  });

  it('reports how long the oldest message has waited', async () => {
    await write(1);
    await database.pool.query(`UPDATE ${SCHEMA}.outbox SET written_at = now() - interval '90 seconds'`);
    expect((await outbox.stats()).lag).toBeGreaterThanOrEqual(90_000);
    const told: unknown[] = [];
    const limited = new Outbox({ ...app.options.outbox!, lagLimit: 60_000 }, SCHEMA, systemClock);
    const relayed = await start({ outbox: limited, logger: { ...silentLogger, error: (message) => void told.push(message) } });
    expect(relayed.lag).toBeGreaterThanOrEqual(90_000);
    expect(told).toEqual([expect.stringContaining('lagLimit')]);
  });

  it('rule 24: while a transaction holds back vacuum, removed rows are read once a second, not by each pass', async () => {
    const dead = 5_000;
    const holder = await database.pool.connect();
    await holder.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
    await database.pool.query(`INSERT INTO ${SCHEMA}.outbox (queue, publication) SELECT 'default', '' FROM generate_series(1, ${dead})`);
    await database.pool.query(`DELETE FROM ${SCHEMA}.outbox`);
    const own = new pg.Pool({ connectionString: database.url, application_name: 'relaying' });
    const relay = makeRelay({ outbox: new Outbox({ ...app.options.outbox!, database: own }, SCHEMA, systemClock) });
    const since = performance.now();
    relay.start();
    const ends = [await transactions()];
    for (let n = 0; n < 60; n++) {
      const relayed = once(events, 'relayed');
      await write(1);
      await relayed;
      ends.push(await transactions());
    }
    // While transactions of other tests are open, no cursor moves.
    const held = ends.filter(({ oldest }, n) => n > 0 && BigInt(oldest) < BigInt(ends[n - 1]!.next)).length;
    await relay.stop();
    const seconds = (performance.now() - since) / 1_000;
    await own.end();
    await holder.query('COMMIT');
    holder.release();
    // Sessions report what they have read when they end.
    const sessions = `SELECT FROM pg_stat_activity WHERE application_name = 'relaying'`;
    while ((await database.pool.query(sessions)).rows.length > 0) continue;
    const read = `SELECT idx_tup_read::float8 AS read FROM pg_stat_user_indexes WHERE indexrelname = 'outbox_next'`;
    // A pass asks for the queues, and then for the rows of each.
    expect((await database.pool.query<{ read: number }>(read)).rows[0]!.read).toBeLessThan(2 * dead * (seconds + 5 + 2 * held));
  });

  it('asks for notifications only while it waits', async () => {
    const relay = makeRelay();
    relay.start();
    await waiting();
    const isAsked = async () =>
      (await database.pool.query(`SELECT FROM ${SCHEMA}.outbox_relay WHERE waiting_until > now()`)).rows.length > 0;
    expect(await isAsked()).toBe(true);
    await relay.stop();
    expect(await isAsked()).toBe(false);
  });

  async function transactions(): Promise<{ oldest: string; next: string }> {
    const asked = 'SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS next FROM pg_current_snapshot() s';
    return (await database.pool.query<{ oldest: string; next: string }>(asked)).rows[0]!;
  }

  /** how many relays have found the queue taken, and wait */
  async function turnedAway(): Promise<number> {
    const { rows } = await database.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle' AND query = 'COMMIT'`,
    );
    return rows.length;
  }

  /** @returns the first batch that it relays */
  function start(parts: Partial<RelayDependencies> = {}): Promise<{ queue: string; count: number; lag: number }> {
    const relayed = once(events, 'relayed').then(([batch]) => batch as never);
    makeRelay(parts).start();
    return relayed;
  }

  function makeRelay(parts: Partial<RelayDependencies> = {}): Relay {
    const relay = new Relay({
      outbox,
      broker: app.transport.broker,
      publishTimeout: 5_000,
      onRelayed: (batch) => events.emit('relayed', batch),
      logger: silentLogger,
      clock: systemClock,
      ...parts,
    });
    relays.push(relay);
    return relay;
  }

  async function allRelayed(): Promise<void> {
    for (;;) {
      const next = once(events, 'relayed');
      if ((await outbox.stats()).waiting === 0) return;
      await next;
    }
  }

  /** Resolves when a relay waits to be woken. */
  async function waiting(): Promise<void> {
    for (;;) {
      const { rows } = await database.pool.query(
        `SELECT FROM ${SCHEMA}.outbox_relay, pg_stat_activity WHERE waiting_until > now() AND datname = current_database()
         AND query LIKE 'WITH RECURSIVE%' AND state = 'idle'`,
      );
      if (rows.length > 0) return;
    }
  }

  function around(
    publish: (publications: readonly Publication[], inner: () => Promise<never>) => Promise<unknown>,
    times = Infinity,
  ): Broker {
    const { broker } = app.transport;
    let calls = 0;
    const changed = Object.create(broker) as Broker;
    changed.publish = (publications, options) => {
      const inner = () => broker.publish(publications, options) as Promise<never>;
      return (++calls > times ? inner() : publish(publications, inner)) as ReturnType<Broker['publish']>;
    };
    return changed;
  }

  async function write(count: number): Promise<string[]> {
    const client = await database.pool.connect();
    await client.query('BEGIN');
    const ids = await writeWith(client, count);
    await client.query('COMMIT');
    client.release();
    return ids;
  }

  async function writeWith(client: pg.PoolClient, count: number): Promise<string[]> {
    const publications = Array.from({ length: count }, (_unused, n) => publicationOf(n));
    await outbox.publishWithin({ query: async (text, values) => (await client.query(text, [...values])) as never }, publications);
    return publications.map(({ id }) => id);
  }

  let made = 0;
  function publicationOf(n: number): Publication {
    const id = `${process.pid}-${++made}-${n}`;
    const body = writeWire(buildMessage({ id, task: 'task', args: [n], queue: 'default', sentAt: Date.now() }));
    return { id, queue: 'default', body, priority: 5, traced: true };
  }

  const counts = () => app.transport.inspector.counts('default');
});
