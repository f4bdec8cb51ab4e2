import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { freshDatabase } from '../support/services.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { ack, message, never, Rig } from './support/rig.js';
import type { PostgresBroker } from '../../libs/task-queue/src/transports/postgres/postgres-broker.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());
beforeEach(() => (rig = new Rig(database.url)));
afterEach(() => rig.close());

const ISOLATIONS = ['read committed', 'repeatable read', 'serializable'];

const ready = (id: string) => message(id, { fresh: true });
/** One publish of each form: one message, a few, a block, and any others. */
const FORMS = [
  [ready('one')],
  [ready('two a'), ready('two b')],
  Array.from({ length: 8 }, (_, at) => ready(`block ${at}`)),
  [message('known')],
];

const sessionOf = (client: pg.Client) => ({
  query: (text: string, values: readonly unknown[]) => client.query(text, [...values]) as never,
});

/** Connections with an open transaction, each of which has sent one of the forms. */
async function openEach(broker: PostgresBroker, isolation: string): Promise<pg.Client[]> {
  const clients: pg.Client[] = [];
  for (const sent of FORMS) {
    const client = await rig.client();
    await client.query(`begin isolation level ${isolation}`);
    await broker.transactional.publishWithin(sessionOf(client), sent, { timeout: 1_000 });
    clients.push(client);
  }
  return clients;
}

async function untilRegistered(): Promise<void> {
  const client = await rig.client();
  const registered = `select from ${rig.keyPrefix}.waiting where until > clock_timestamp()`;
  while ((await client.query(registered)).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** @returns what asks for the notifications of work since it was last asked */
async function listen(): Promise<() => Promise<string[]>> {
  const client = await rig.client();
  const channel = client.escapeIdentifier(`${rig.keyPrefix}:work`);
  const heard: string[] = [];
  client.on('notification', ({ payload }) => heard.push(payload ?? ''));
  await client.query(`listen ${channel}`);
  return async () => {
    await client.query(`notify ${channel}, 'end'`); // comes after those of earlier commits
    return heard.splice(0).slice(0, -1);
  };
}

describe('queues in PostgreSQL', () => {
  it('rule 24: a message released to the front is found at once by a consumer that has read beyond it', async () => {
    const broker = await rig.broker();
    const [ahead, other] = [await rig.consumer(broker, 300), await rig.consumer(broker)];
    expect(await ahead.receive(1, never)).toEqual([]); // from now on it is known as waiting, and relies on notes
    await broker.publish([message('a')], { timeout: 5_000 });
    const [a] = await other.receive(1, never);
    await broker.publish([message('b')], { timeout: 5_000 });
    await ack(ahead, await ahead.receive(1, never));
    await other.settle([{ delivery: a!, kind: 'release', delay: 0, charge: false }]);
    await new Promise((resolve) => setTimeout(resolve, 30)); // then a look sees to what is due as well, which it does every 20 ms
    expect((await ahead.receive(1, never)).map(({ id }) => id)).toEqual(['a']);
  });

  it('rule 23: bodies of megabytes are stored apart, survive retries and dead letters unchanged, and leave nothing', async () => {
    const broker = await rig.broker();
    const client = await rig.client();
    const large = (char: string) => char.repeat(3_000_000);
    await broker.publish([message('a', { body: large('a') }), message('b', { body: large('b') }), message('c')], { timeout: 5_000 });
    const consumer = await rig.consumer(broker);
    const first = await consumer.receive(10, never);
    expect(first.map(({ id }) => id)).toEqual(['a', 'b']); // no more than 4 MB and one in a receive
    const [a, b] = first;
    await consumer.settle([
      { delivery: a!, kind: 'retry', body: large('x'), priority: 9, due: { delay: 0 } },
      { delivery: b!, kind: 'release', delay: 0, charge: false },
    ]);
    const bodies = new Map<string, string>();
    for (let some = await consumer.receive(10, never); some.length > 0; some = await consumer.receive(10, never)) {
      for (const { id, body } of some) bodies.set(id, body);
      await ack(consumer, some);
    }
    expect([bodies.get('a') === large('x'), bodies.get('b') === large('b'), bodies.get('c')]).toEqual([true, true, 'body of c']);
    const { rows } = await client.query(`select count(*)::int as left from ${rig.keyPrefix}.body`);
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('rule 2: a publish with a known id marked as fresh is handled like any other', async () => {
    const broker = await rig.broker();
    await broker.publish([message('a')], { timeout: 5_000 });
    const receipts = await broker.publish([message('a', { fresh: true }), message('b', { fresh: true })], { timeout: 5_000 });
    expect(receipts).toEqual([
      { id: 'a', deduplicated: true },
      { id: 'b', deduplicated: false },
    ]);
  });

  it('rule 2: publishes whose connection is cut again and again take effect once each', async () => {
    const { proxy, url } = await rig.proxy();
    const broker = await rig.broker(url);
    const direct = await rig.broker();
    const ids = Array.from({ length: 200 }, (_, at) => `n${at}`);
    const stop = cutAgainAndAgain(proxy, 15);
    for (const id of ids) {
      for (let sent = false; !sent;) {
        sent = await broker.publish([message(id, { fresh: true })], { timeout: 2_000 }).then(
          () => true,
          () => false,
        );
      }
    }
    stop();
    const consumer = await rig.consumer(direct);
    const seen: string[] = [];
    for (let some = await consumer.receive(50, never); some.length > 0; some = await consumer.receive(50, never)) {
      seen.push(...some.map(({ id }) => id));
      await ack(consumer, some);
    }
    expect(seen.sort()).toEqual(ids.sort());
  });

  it('rule 9: receives and settlements whose connection is cut lose nothing, charge nothing and settle once', async () => {
    const { proxy, url } = await rig.proxy();
    const direct = await rig.broker();
    const ids = Array.from({ length: 300 }, (_, at) => `n${at}`);
    await direct.publish(ids.map((id) => message(id)), { timeout: 5_000 }); // prettier-ignore
    const consumer = await rig.consumer(await rig.broker(url), 500);
    const stop = cutAgainAndAgain(proxy, 25);
    const settled: string[] = [];
    const charged: number[] = [];
    while (settled.length < ids.length) {
      const some = await consumer.receive(7, never);
      charged.push(...some.map(({ lostLeases }) => lostLeases));
      const receipts = await ack(consumer, some);
      settled.push(...receipts.filter(({ accepted }) => accepted).map(({ id }) => id));
    }
    stop();
    expect(settled.sort()).toEqual(ids.sort());
    expect(Math.max(...charged)).toBe(0);
  });

  it("rule 25: within a user's transaction, a message exists after the commit, and not after a rollback", async () => {
    const broker = await rig.broker();
    const client = await rig.client();
    const session = sessionOf(client);
    const waiting = (await rig.consumer(broker, 20_000)).receive(10, never);
    await client.query('begin');
    await broker.transactional.publishWithin(session, [message('gone', { fresh: true })], { timeout: 1_000 });
    await client.query('rollback');
    await client.query('begin');
    const unique = { key: 'k', expires: null, until: 'end', onConflict: 'reject' } as const;
    const within = [message('a', { fresh: true }), message('b', { unique }), message('c', { unique })];
    const receipts = await broker.transactional.publishWithin(session, within, { timeout: 1_000 });
    expect(receipts.map(({ refused }) => refused?.holder)).toEqual([undefined, undefined, 'b']);
    await client.query('commit');
    expect((await waiting).map(({ id }) => id)).toEqual(['a', 'b']);
  });

  it.each(ISOLATIONS)('rule 25: a commit (%s) wakes a consumer that has begun to wait after the send', async (isolation) => {
    const broker = await rig.broker();
    const clients = await openEach(broker, isolation);
    const consumer = await rig.consumer(broker, 20_000);
    const waiting = consumer.receive(50, never);
    await untilRegistered();
    const notes = await listen();
    for (const client of clients) {
      await client.query('commit');
      expect(await notes()).toEqual(['work']);
    }
    const received = await waiting;
    for (; received.length < FORMS.flat().length;) received.push(...(await consumer.receive(50, never)));
    expect(received.map(({ id }) => id).sort()).toEqual(FORMS.flat().map(({ id }) => id).sort()); // prettier-ignore
  });

  it.each(ISOLATIONS)('rule 25: a commit (%s) notifies nobody while no consumer waits', async (isolation) => {
    const broker = await rig.broker();
    const notes = await listen();
    for (const client of await openEach(broker, isolation)) await client.query('commit');
    expect(await notes()).toEqual([]);
    const { rows } = await (await rig.client()).query(`select from ${rig.keyPrefix}.sent`);
    expect(rows).toEqual([]);
  });

  it('rule 25: a commit under a role without rights on the schema succeeds, and wakes', async () => {
    const broker = await rig.broker();
    const [client] = await openEach(broker, 'read committed');
    const waiting = (await rig.consumer(broker, 20_000)).receive(1, never);
    await untilRegistered();
    const notes = await listen();
    await client!.query('set local role pg_monitor');
    await client!.query('commit');
    expect(await notes()).toEqual(['work']);
    expect((await waiting).map(({ id }) => id)).toEqual(['one']);
  });

  it('rule 25: waits within a transaction have an end, and its own settings are restored', async () => {
    const broker = await rig.broker();
    const [one, two] = [await rig.client(), await rig.client()];
    await one.query('begin');
    await broker.transactional.publishWithin(sessionOf(one), [message('a')], { timeout: 1_000 });
    await two.query("begin; set local lock_timeout = '7s'; savepoint before");
    await expect(broker.transactional.publishWithin(sessionOf(two), [message('a')], { timeout: 50 })).rejects.toMatchObject({
      code: '55P03',
    });
    await two.query('rollback to before');
    await broker.transactional.publishWithin(sessionOf(two), [message('b')], { timeout: 50 });
    expect((await two.query('show lock_timeout')).rows).toEqual([{ lock_timeout: '7s' }]);
    await two.query('rollback');
    await one.query('rollback');
  });

  it('rule 22: publishers, settlers and receivers of the same ids and keys never deadlock', async () => {
    const brokers = await Promise.all([rig.broker(), rig.broker(), rig.broker()]);
    const client = await rig.client();
    const ids = Array.from({ length: 60 }, (_, at) => `n${at}`);
    const shuffled = () => ids.toSorted(() => Math.random() - 0.5);
    const some = () =>
      shuffled().slice(0, 25).map((id, at) => message(id, { traced: at % 9 === 0, unique: { key: `k${at % 9}`, expires: null, until: at % 2 ? 'end' : 'start', onConflict: at % 3 ? 'existing' : 'replace' } })); // prettier-ignore
    const before = await deadlocks(client);
    await Promise.all(
      brokers.map(async (broker) => {
        const consumer = await rig.consumer(broker);
        for (let round = 0; round < 60; round++) {
          const block = ids.slice(0, 20).map((id) => message(`${randomUUID()}-${id}`, { fresh: true }));
          await broker.publish(block, { timeout: 10_000 });
          const [, , taken] = await Promise.all([
            broker.publish(some(), { timeout: 10_000 }),
            broker.revoke([...shuffled().slice(0, 5), block[7]!.id, block[3]!.id], { terminate: false }),
            consumer.receive(20, never),
          ]);
          await consumer.settle(
            taken.map((delivery, at) =>
              at % 4 === 0
                ? { delivery, kind: 'retry', body: 'x', priority: 5, due: { delay: 0 }, publish: some().slice(0, 3) }
                : { delivery, kind: 'ack', traced: at % 7 === 0, publish: some().slice(0, 2) },
            ),
          );
        }
      }),
    );
    await Promise.all(brokers.map((broker) => broker.close()));
    expect(await deadlocks(client)).toBe(before);
  });
});

/** Sometimes, so that a slow machine comes through too. */
function cutAgainAndAgain(proxy: TcpProxy, every: number): () => void {
  let left = 25;
  const cuts = setInterval(() => left-- > 0 && proxy.cut(), every);
  return () => clearInterval(cuts);
}

/** What a connection has counted is told when it ends. */
async function deadlocks(client: pg.Client): Promise<number> {
  await client.query('select pg_stat_clear_snapshot()');
  const { rows } = await client.query<{ deadlocks: string }>('select deadlocks from pg_stat_database where datname = current_database()');
  return Number(rows[0]!.deadlocks);
}
