import type { ControlCommand } from '../../libs/task-queue/src/core/ports/control/control-channel.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { TransportOptions } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { PostgresTransport } from '../../libs/task-queue/src/transports/postgres/postgres-transport.js';
import { Pruner } from '../../libs/task-queue/src/transports/postgres/consume/pruner.js';
import { statementsFor } from '../../libs/task-queue/src/transports/postgres/connection/statements.js';
import { administer, Bench, sessionsEnd, sql } from './support/database.js';

const SCHEMA = 'tq_stores';
const bench = new Bench();
let url: string;

beforeEach(async () => (url = await bench.database()));
afterEach(() => bench.close());

describe('results', () => {
  it('are waited for through a break of the connection', async () => {
    const { proxy, url: proxied } = await bench.proxy(url);
    const [far, near] = [await open(proxied), await open(url)];
    const waiting = far.results.wait('a', new AbortController().signal);
    await noted(1);
    proxy.cut();
    await near.results.save([record('a')], 60_000);
    expect(await waiting).toMatchObject({ id: 'a', state: 'SUCCESS' });
  });

  it('are announced only where somebody waits: a note takes a lock of the whole server', async () => {
    const transport = await open(url);
    const connection = bench.connection(url);
    const heard: string[] = [];
    let both = (): void => {};
    const done = new Promise<void>((resolve) => (both = resolve));
    await connection.listen(`${SCHEMA}:results`, (id) => (heard.push(id) === 2 ? both() : undefined));
    await transport.results.save([record('nobody')], 60_000);
    const waits = ['a', 'b'].map((id) => transport.results.wait(id, new AbortController().signal));
    await noted(2);
    await transport.results.save([record('a'), record('more'), record('b')], 60_000);
    await Promise.all([...waits, done]);
    expect(heard.sort()).toEqual(['a', 'b']);
  });

  it('of many writers of the same ids in any order end in no deadlock', async () => {
    const transports = await Promise.all([open(url), open(url), open(url)]);
    const ids = Array.from({ length: 500 }, (_, at) => `id${at}`);
    const saves = Array.from({ length: 60 }, (_, at) => {
      const turned = [...ids.slice(at * 8), ...ids.slice(0, at * 8)];
      const records = (at % 2 === 0 ? turned.toReversed() : turned).map((id) => record(id, 'PROGRESS'));
      return transports[at % 3]!.results.save(records, 60_000);
    });
    expect((await Promise.all(saves)).flat().every(Boolean)).toBe(true);
    // A connection tells what it has counted when it ends.
    await Promise.all(transports.map((one) => one.close()));
    const others = `select 1 from pg_stat_activity where datname = current_database() and application_name = 'nestjs-task-queue'`;
    while ((await administer(url, others)).length > 0);
    const counted = 'select deadlocks::int from pg_stat_database where datname = current_database()';
    expect(await administer(url, counted)).toEqual([{ deadlocks: 0 }]);
  });

  it('have ids that text of PostgreSQL cannot hold as they are', async () => {
    const { results } = await open(url);
    const ids = ['a\u0000b', 'a\u0001b', '\u001e', ''];
    const waits = ids.map((id) => results.wait(id, new AbortController().signal));
    await noted(ids.length);
    expect(
      await results.save(
        ids.map((id) => record(id)),
        60_000,
      ),
    ).toEqual([true, true, true, true]);
    expect((await Promise.all(waits)).map((found) => found?.id)).toEqual(ids);
    await results.forget(ids.slice(1));
    expect((await results.load(ids)).map((found) => found?.id)).toEqual(['a\u0000b', undefined, undefined, undefined]);
  });
});

describe('control commands', () => {
  it('that were announced during a break are caught up with', async () => {
    const { proxy, url: proxied } = await bench.proxy(url);
    const [far, near] = [await open(proxied), await open(url)];
    const heard: ControlCommand[] = [];
    let three = (): void => {};
    const all = new Promise<void>((resolve) => (three = resolve));
    await far.control.listen((command) => (heard.push(command) === 3 ? three() : undefined));
    await near.control.announce(revoke('before'));
    proxy.refuse = true;
    proxy.cut();
    await near.control.announce(revoke('meanwhile'));
    proxy.heal();
    await near.control.announce(revoke('after'));
    await all;
    expect(heard).toEqual([revoke('before'), revoke('meanwhile'), revoke('after')]);
  });

  it('may be longer than a note can be', async () => {
    const { control } = await open(url);
    const ids = Array.from({ length: 5_000 }, (_, at) => `a-rather-long-id-${at}`);
    const heard = new Promise((resolve) => void control.listen(resolve).then(() => control.announce(revoke(...ids))));
    expect(await heard).toEqual(revoke(...ids));
  });

  it('of before somebody listens are not told', async () => {
    const { control } = await open(url);
    await control.announce(revoke('old'));
    const heard = new Promise((resolve) => void control.listen(resolve).then(() => control.announce(revoke('new'))));
    expect(await heard).toEqual(revoke('new'));
  });
});

describe('the pruner', () => {
  it('removes what has expired and nothing else, in as many batches as it takes', async () => {
    const transport = await open(url);
    await transport.results.save([record('short')], 1_000);
    await transport.results.save([record('long')], 600_000);
    await transport.joins.open([{ id: 'short', members: 1, body: '', expires: 1_000 }, { id: 'long', members: 1, body: '', expires: 600_000 }]); // prettier-ignore
    await transport.joins.arrive([{ join: 'short', member: 'm', index: 0, value: '' }]);
    await administer(url, `insert into ${SCHEMA}.result select 'n' || n, true, 0, '', now() from generate_series(1, 2500) n`);
    const statements = statementsFor(SCHEMA);
    const connection = bench.connection(url);
    const pruner = new Pruner(connection, () => 60_000, silentLogger);
    pruner.add(statements.pruneResults, statements.pruneJoins, statements.pruneWaiters, statements.pruneCommands);
    await pruner.prune();
    const left = `select (select string_agg(id, ',') from ${SCHEMA}.result) as results, (select string_agg(id, ',') from ${SCHEMA}.task_join) as joins,
      (select count(*)::int from ${SCHEMA}.join_member) as members`;
    expect(await connection.query(sql(left), [])).toEqual([{ results: 'long', joins: 'long', members: 0 }]);
  });

  it('rule 16: removes keys that could not be freed when their holder ended, and no others', async () => {
    const transport = await open(url);
    const publication = { queue: 'keys', body: '', priority: 5, traced: false };
    const key = (name: string) => ({ unique: { key: name, expires: null, until: 'end', onConflict: 'reject' } as const });
    await transport.broker.publish([{ id: 'waits', ...publication, ...key('held') }], { timeout: 5_000 });
    await administer(
      url,
      `insert into ${SCHEMA}.unique_key (queue, key, holder, freed_at) values ('keys', 'left', 'over', 'end'), ('keys', 'nobodys', null, null)`,
    );
    const connection = bench.connection(url);
    const pruner = new Pruner(connection, () => 0, silentLogger);
    pruner.add(statementsFor(SCHEMA).pruneKeys, statementsFor(SCHEMA).pruneLeftKeys);
    await pruner.prune();
    expect(await connection.query(sql(`select key, holder from ${SCHEMA}.unique_key where queue = 'keys'`), [])).toEqual([
      { key: 'held', holder: 'waits' },
    ]);
  });

  it('rule 33: a round looks at some unique keys, however many there are', async () => {
    const transport = await open(url);
    await administer(url, `insert into ${SCHEMA}.unique_key (queue, key, holder, freed_at) select 'keys', 'k' || n, 'waits' || n, 'end' from generate_series(1, 50000) n;
      insert into ${SCHEMA}.ready (queue, rank, seq, id, head, body) select 'keys', 4, n, 'waits' || n, '5', '' from generate_series(1, 50000) n`); // prettier-ignore
    const connection = bench.connection(url);
    const pruner = new Pruner(connection, () => 0, silentLogger);
    pruner.add(statementsFor(SCHEMA).pruneKeys, statementsFor(SCHEMA).pruneLeftKeys);
    await pruner.prune();
    await connection.close();
    await transport.close();
    await sessionsEnd(url);
    const reads = `select (seq_tup_read + coalesce(idx_tup_fetch, 0))::int as read from pg_stat_user_tables where schemaname = '${SCHEMA}' and relname = 'unique_key'`;
    const [found] = await administer<{ read: number }>(url, reads);
    expect(found!.read).toBeLessThan(25_000);
  });
});

async function open(address: string): Promise<PostgresTransport> {
  const transport = new PostgresTransport(address, settings());
  bench.onClose(() => transport.close());
  await transport.connect();
  return transport;
}

function settings(): TransportOptions {
  return {
    keyPrefix: SCHEMA,
    dedupRetention: 60_000,
    revokesExpire: 60_000,
    deadLetterLimit: 100,
    connection: { migrate: true, max: 3 },
    logger: silentLogger,
    clock: systemClock,
    timeOffset: () => 0,
  };
}

/** Resolves when the store knows that so many results are waited for. */
async function noted(count: number): Promise<void> {
  while ((await administer(url, `select 1 from ${SCHEMA}.result_waiter`)).length < count);
}

function record(id: string, state = 'SUCCESS') {
  return { id, state, retries: 0, at: 1 };
}

function revoke(...ids: readonly string[]): ControlCommand {
  return { type: 'revoke', ids, terminate: false };
}
