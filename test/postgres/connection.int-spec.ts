import { DataSource } from 'typeorm';
import { BrokerRefusedError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { ServerRefusedError } from '../../libs/task-queue/src/transports/postgres/connection/postgres-errors.js';
import { ConnectionLostError } from '../../libs/task-queue/src/transports/shared/store-errors.js';
import { databaseUrl } from '../support/services.js';
import { administer, Bench, sql } from './support/database.js';

describe('a connection to PostgreSQL', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('answers, and keeps named statements prepared', async () => {
    const connection = bench.connection(databaseUrl(), { max: 1 });
    await connection.connect();
    expect(await connection.query(sql('select $1::int + 1 as sum', 'plus_one'), [1])).toEqual([{ sum: 2 }]);
    expect(await connection.query(sql('select name from pg_prepared_statements'), [])).toContainEqual({ name: 'plus_one' });
    expect(connection.unbrokenSince).not.toBeNull();
  });

  it('leaves no state in a session that a proxy shares: polling mode', async () => {
    const connection = bench.connection(databaseUrl(), { max: 1, polling: true });
    await connection.query(sql('select $1::int', 'one'), [1]);
    expect(await connection.query(sql('select name from pg_prepared_statements'), [])).toEqual([]);
    expect(await connection.query(sql('show statement_timeout'), [])).toEqual([{ statement_timeout: '0' }]);
    const stop = await connection.listen('bench:a', () => {});
    expect(await connection.query(sql('select * from pg_listening_channels()'), [])).toEqual([]);
    await stop();
  });

  it('reports the refusal of the server without the sent data', async () => {
    const connection = bench.connection();
    const missing = await failure(connection.query(sql('select * from bench.nothing'), []));
    expect(missing).toMatchObject({ code: '42P01', missingTable: true, badData: false });
    const bad = await failure(connection.query(sql('select $1::int'), ['secret']).catch((error: Error) => Promise.reject(error)));
    expect(bad).toMatchObject({ code: '22P02', badData: true });
    expect(Object.keys(bad)).toEqual(expect.not.arrayContaining(['detail', 'where', 'parameters']));
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
  });

  it('rule 31: takes rows of an unexpected form for a lost answer, and uses another connection', async () => {
    const connection = bench.connection(databaseUrl(), { max: 1 });
    const pid = sql('select pg_backend_pid() as pid');
    const [before] = await connection.query<{ pid: number }>(pid, [], { fits: (rows) => rows.length === 1 });
    const lost = await failure(connection.query(pid, [], { fits: () => false }));
    expect(lost).toBeInstanceOf(ConnectionLostError);
    expect(lost).toMatchObject({ sent: true });
    expect(await connection.query(pid, [])).not.toEqual([before]);
  });

  it("lets the server's own timeout act first: the statement was not done", async () => {
    const connection = bench.connection(databaseUrl(), { statement_timeout: 50 });
    expect(await failure(connection.query(sql('select pg_sleep(60)'), []))).toMatchObject({ code: '57014', transient: true });
  });

  it('gives up a statement without an answer, ends it on the server, and uses another connection', async () => {
    const connection = bench.connection(databaseUrl(), { max: 2, application_name: 'gives_up' });
    await connection.connect();
    const lost = await failure(connection.query(sql('select pg_sleep(61)'), [], { timeout: 100 }));
    expect(lost).toEqual(new ConnectionLostError(true, 'Query read timeout'));
    expect(connection.unbrokenSince).toBeNull();
    const running = `select count(*)::int as count from pg_stat_activity where query = 'select pg_sleep(61)' and state = 'active'`;
    while ((await administer<{ count: number }>(databaseUrl(), running))[0]!.count > 0);
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
  });

  it('tells a statement that never left from one that may have been done', async () => {
    const { proxy, url } = await bench.proxy();
    const connection = bench.connection(url);
    await connection.connect();
    const asked = proxy.request('pg_sleep(1)');
    const query = failure(connection.query(sql('select pg_sleep(1)'), []));
    await asked;
    proxy.cut();
    expect(await query).toMatchObject({ sent: true });
    proxy.refuse = true;
    expect(await failure(connection.query(sql('select 1'), []))).toMatchObject({ sent: false });
    proxy.heal();
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
  });

  it('takes a backend that is terminated for a lost connection', async () => {
    const connection = bench.connection(databaseUrl(), { max: 1 });
    const [{ pid }] = (await connection.query<{ pid: number }>(sql('select pg_backend_pid() as pid'), [])) as [{ pid: number }];
    const query = failure(connection.query(sql('select pg_sleep(63)'), []));
    const active = `select pg_terminate_backend(pid) from pg_stat_activity where pid = ${pid} and query = 'select pg_sleep(63)' and state = 'active'`;
    while ((await administer(databaseUrl(), active)).length === 0);
    expect(await query).toMatchObject({ name: 'ConnectionLostError', sent: true });
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
  });

  it('does not wait for ever for a connection of a pool that is used up', async () => {
    const connection = bench.connection(databaseUrl(), { max: 1 });
    await connection.transaction(async () => {
      expect(await failure(connection.query(sql('select 1'), [], { timeout: 20 }))).toMatchObject({ sent: false });
    });
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
  });

  it('boots before its server, and finds it later', async () => {
    const { proxy, url } = await bench.proxy();
    proxy.refuse = true;
    const checked: string[] = [];
    const connection = bench.connection(url, {}, async ({ schema }) => void checked.push(schema));
    expect(await failure(connection.query(sql('select 1'), [], { timeout: 100 }))).toMatchObject({ sent: false });
    proxy.heal();
    await connection.connect();
    await Promise.all([connection.query(sql('select 1'), []), connection.query(sql('select 1'), [])]);
    expect(checked).toEqual(['bench']);
  });

  it.each([
    ['a user', { user: 'stranger_to_all' }],
    ['a database', { database: 'nowhere_to_be_found' }],
  ])('refuses to boot with %s that the server does not know', async (_, wrong) => {
    await expect(bench.connection(databaseUrl(), wrong).connect()).rejects.toThrow(BrokerRefusedError);
  });

  it.each([
    [{ polingg: true }, /no option 'polingg'.*'polling'/],
    [{ max: 0 }, /'max' must be a whole number of at least 1/],
  ])('refuses options that it does not know: %j', (connection, problem) => {
    expect(() => bench.connection(databaseUrl(), connection)).toThrow(problem);
  });
});

describe('a transaction', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('is kept as a whole, or not at all', async () => {
    const connection = bench.connection(await bench.database());
    await connection.query(sql('create table t (n int)'), []);
    const failed = connection.transaction(async (within) => {
      await within.query(sql('insert into t values (1)'), []);
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await connection.transaction((within) => within.query(sql('insert into t values (2)'), []));
    expect(await connection.query(sql('select n from t'), [])).toEqual([{ n: 2 }]);
  });

  it('whose COMMIT has no answer may have been kept', async () => {
    const target = await bench.database();
    const { proxy, url } = await bench.proxy(target);
    const connection = bench.connection(url, { max: 1 });
    await connection.query(sql('create table t (n int)'), []);
    const commit = proxy.request('commit');
    proxy.loseAnswerTo('commit');
    const done = failure(connection.transaction((within) => within.query(sql('insert into t values (1)'), []), { timeout: 500 }));
    await commit;
    expect(await done).toMatchObject({ sent: true });
    expect(await administer(target, 'select n from t')).toEqual([{ n: 1 }]);
  });
});

describe('notes', () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('reach who listens to their channel, until it stops', async () => {
    const connection = bench.connection();
    const ear = new Ear();
    await connection.listen('bench:a', (note) => ear.hear(note));
    const stop = await connection.listen('bench:b', (note) => ear.hear(note));
    await connection.query(sql(`select pg_notify('bench:b', 'for b')`), []);
    await connection.query(sql(`select pg_notify('bench:c', 'for c')`), []);
    await connection.query(sql(`select pg_notify('bench:a', 'for a')`), []);
    expect([await ear.next(), await ear.next()]).toEqual(['for b', 'for a']);
    await stop();
    await connection.query(sql(`select pg_notify('bench:b', 'late'), pg_notify('bench:a', 'last')`), []);
    expect(await ear.next()).toBe('last');
  });

  it('that may have been missed are told as an empty one, and later ones arrive again', async () => {
    const { proxy, url } = await bench.proxy();
    const connection = bench.connection(url);
    const ear = new Ear();
    await connection.listen('bench:a', (note) => ear.hear(note));
    proxy.cut();
    expect(await ear.next()).toBe('');
    await connection.query(sql(`select pg_notify('bench:a', 'again')`), []);
    expect(await ear.next()).toBe('again');
  });
});

describe("the application's own database", () => {
  const bench = new Bench();
  afterEach(() => bench.close());

  it('is used and left open: a Pool', async () => {
    const pool = bench.pool({ max: 2 });
    const connection = bench.connection(pool);
    const ear = new Ear();
    await connection.listen('bench:own', (note) => ear.hear(note));
    await connection.query(sql(`select pg_notify('bench:own', $1)`), ['heard']);
    expect(await ear.next()).toBe('heard');
    await connection.close();
    expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    expect(pool.listenerCount('error')).toBe(0);
  });

  it('is used and left open: a DataSource', async () => {
    const source = await new DataSource({ type: 'postgres', url: databaseUrl() }).initialize();
    bench.onClose(() => source.destroy());
    const connection = bench.connection(source);
    expect(await connection.query(sql('select 1 as one'), [])).toEqual([{ one: 1 }]);
    await connection.close();
    expect(await source.query('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it.each([
    ['a DataSource that is not initialized', new DataSource({ type: 'postgres', url: 'postgres://ann:secret@h/d' }), 'initialized'],
    ['a DataSource of another database', { options: { type: 'mysql' }, isInitialized: true, driver: {} }, "type 'postgres'"],
    ['what is no database', { host: 'h', password: 'secret' } as never, 'a URL, a Pool'],
  ])('is refused: %s', (_, handle, problem) => {
    const refused = () => bench.connection(handle);
    expect(refused).toThrow(problem);
    expect(refused).not.toThrow('secret');
  });

  it('gives a connection of its own what the pool hides: the password', () => {
    const { config } = bench.connection(bench.pool({ password: 'hidden', ssl: { key: 'k', ca: 'c' } }));
    expect(structuredClone(config)).toMatchObject({ password: 'hidden', ssl: { key: 'k', ca: 'c' }, connectionTimeoutMillis: 5_000 });
  });

  it('keeps its own options: those beside it are refused', () => {
    expect(() => bench.connection(bench.pool(), { max: 9 })).toThrow("'connection.max' must be left out");
    expect(() => bench.connection(bench.pool(), { ssl: true })).toThrow("'connection.ssl' must be left out");
  });
});

/** Gives what it hears one by one. */
class Ear {
  readonly #heard: string[] = [];
  #expecting: ((note: string) => void) | null = null;

  hear(note: string): void {
    if (this.#expecting === null) this.#heard.push(note);
    else this.#expecting(note);
    this.#expecting = null;
  }

  next(): Promise<string> {
    const note = this.#heard.shift();
    return note === undefined ? new Promise((resolve) => (this.#expecting = resolve)) : Promise.resolve(note);
  }
}

async function failure(query: Promise<unknown>): Promise<ConnectionLostError | ServerRefusedError> {
  const error: unknown = await query.then(
    () => new Error('was answered'),
    (reason: unknown) => reason,
  );
  if (error instanceof ConnectionLostError || error instanceof ServerRefusedError) return error;
  throw error;
}
