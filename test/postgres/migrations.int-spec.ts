import { DataSource } from 'typeorm';
import { taskQueueMigrations } from 'nestjs-task-queue/typeorm';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { migrate } from '../../libs/task-queue/src/database/migrations/migrate.js';
import { ALL_MIGRATIONS, inSchema } from '../../libs/task-queue/src/database/migrations/migration.js';
import type { Migration } from '../../libs/task-queue/src/database/migrations/migration.js';
import { PgConnection } from '../../libs/task-queue/src/transports/postgres/connection/postgres-connection.js';
import { checkSchema, sessionOn } from '../../libs/task-queue/src/transports/postgres/checks/schema-check.js';
import { warnOfVacuum } from '../../libs/task-queue/src/transports/postgres/checks/vacuum-check.js';
import { administer, Bench, sql } from './support/database.js';
import { UPGRADE_FIXTURES } from './support/upgrade-fixtures.js';

const SCHEMA = 'tq_migrated';
const NAMES = ALL_MIGRATIONS.map(({ name }) => name);
const bench = new Bench();
let url: string;

beforeEach(async () => (url = await bench.database()));
afterEach(() => bench.close());

describe('migrate', () => {
  it('creates all tables once, and has nothing to do the second time', async () => {
    expect(await migrateTo(ALL_MIGRATIONS)).toEqual(NAMES);
    expect(await migrateTo(ALL_MIGRATIONS)).toEqual([]);
    await boot();
  });

  it('is done by one of several concurrent processes', async () => {
    const done = await Promise.all([1, 2, 3, 4, 5].map(() => migrateTo(ALL_MIGRATIONS)));
    expect(done.flat()).toEqual(NAMES);
  });

  it.each(['repeatable read', 'serializable'])('is done by one of several concurrent processes, with %s by default', async (level) => {
    await administer(url, `alter database ${new URL(url).pathname.slice(1)} set default_transaction_isolation = '${level}'`);
    const done = await Promise.all([1, 2, 3, 4, 5].map(() => migrateTo(ALL_MIGRATIONS)));
    expect(done.map(({ length }) => length).sort((a, b) => a - b)).toEqual([0, 0, 0, 0, NAMES.length]);
  });

  it('waits for another process longer than for tables', async () => {
    const other = bench.connection(url, { max: 1 });
    const migrating = await other.transaction(async (session) => {
      await session.query(sql(`select pg_advisory_xact_lock(hashtextextended('nestjs-task-queue:${SCHEMA}', 0))`), []);
      const waiting = migrateTo(ALL_MIGRATIONS, url, 50);
      waiting.catch(() => {});
      const longer = `select from pg_stat_activity where wait_event_type = 'Lock' and clock_timestamp() - query_start > interval '200 ms'`;
      await Promise.race([waiting, seen(longer)]);
      return { waiting };
    });
    expect(await migrating.waiting).toEqual(NAMES);
  });

  it('leaves nothing when a table stays locked half-way, and can be run again', async () => {
    await migrateTo(ALL_MIGRATIONS.slice(0, -1));
    const next = {
      version: 998,
      name: '998-half',
      text: 'create table {schema}.half (); alter table {schema}.queue add column half integer;',
    };
    const other = bench.connection(url, { max: 1 });
    await other.transaction(async (session) => {
      await session.query(sql(`lock table ${SCHEMA}.queue in access share mode`), []);
      await expect(migrateTo([...ALL_MIGRATIONS, next], url, 50)).rejects.toMatchObject({
        code: 'MIGRATION_FAILED',
        migration: '998-half',
      });
    });
    const left = `select to_regclass('${SCHEMA}.half')::text as half, to_regclass('${SCHEMA}.audit_entry')::text as audit, max(version) as version from ${SCHEMA}.migration`;
    expect(await administer(url, left)).toEqual([{ half: null, audit: null, version: ALL_MIGRATIONS.at(-2)!.version }]);
    expect(await migrateTo([...ALL_MIGRATIONS, next], url, 50)).toEqual([NAMES.at(-1), '998-half']);
  });

  it('leaves no index that depends on the collations of the system', async () => {
    await migrateTo(ALL_MIGRATIONS);
    const depending = `select c.relname as table, a.attname as column from pg_index x
      join pg_class c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
      join pg_attribute a on a.attrelid = x.indexrelid join pg_collation co on co.oid = a.attcollation
      where n.nspname = '${SCHEMA}' and co.collname <> 'C'`;
    expect(await administer(url, depending)).toEqual([]);
  });

  it('rolls back a failed migration and names it', async () => {
    const broken = { version: 999, name: '999-broken', text: 'create table {schema}.half (); select 1 / 0;' };
    await expect(migrateTo([...ALL_MIGRATIONS, broken])).rejects.toMatchObject({ code: 'MIGRATION_FAILED', migration: '999-broken' });
    expect(await administer(url, `select 1 from pg_namespace where nspname = '${SCHEMA}'`)).toEqual([]);
  });

  it('works in an existing schema for a user without the right to create one', async () => {
    await administer(url, `create role tq_tenant login; create schema ${SCHEMA} authorization tq_tenant;`);
    bench.onClose(() => administer(url, `drop owned by tq_tenant cascade; drop role tq_tenant;`));
    expect(await migrateTo(ALL_MIGRATIONS, as('tq_tenant'))).toEqual(NAMES);
    await boot({}, as('tq_tenant'));
  });

  it('upgrades a schema of every earlier version with its data', async () => {
    expect(Object.keys(UPGRADE_FIXTURES)).toEqual(ALL_MIGRATIONS.map(({ version }) => String(version)));
    for (let length = 1; length <= ALL_MIGRATIONS.length; length++) {
      const earlier = ALL_MIGRATIONS.slice(0, length);
      await migrateTo(earlier);
      for (const { version } of earlier) await administer(url, inSchema(UPGRADE_FIXTURES[version]!.fill, SCHEMA));
      expect(await migrateTo(ALL_MIGRATIONS)).toEqual(NAMES.slice(length));
      for (const { version } of earlier) {
        const { look, found } = UPGRADE_FIXTURES[version]!;
        expect(await administer(url, inSchema(look, SCHEMA))).toEqual(found);
      }
      await boot();
      await administer(url, `drop schema ${SCHEMA} cascade`);
    }
  });
});

describe('at boot', () => {
  it('a missing schema is refused with the command that creates it', async () => {
    await expect(boot()).rejects.toMatchObject({ code: 'SCHEMA_MISSING', message: expect.stringContaining('npx tasks migrate') });
  });

  it('an older schema is refused with the missing migrations', async () => {
    await migrateTo(ALL_MIGRATIONS.slice(0, -1));
    const refusal = { code: 'SCHEMA_OUTDATED', pending: NAMES.slice(-1), message: expect.stringContaining('npx tasks migrate') };
    await expect(boot()).rejects.toMatchObject(refusal);
  });

  it('a newer schema is refused with the unknown migrations, and is not migrated', async () => {
    await migrateTo(ALL_MIGRATIONS);
    await administer(url, `insert into ${SCHEMA}.migration values (999, '999-of-tomorrow')`);
    const refusal = { code: 'SCHEMA_NEWER', unknown: ['999-of-tomorrow'] };
    await expect(boot()).rejects.toMatchObject(refusal);
    await expect(boot({ migrate: true })).rejects.toMatchObject(refusal);
    await expect(migrateTo(ALL_MIGRATIONS)).rejects.toMatchObject(refusal);
  });

  it('nothing is migrated without `migrate: true`, and everything with it', async () => {
    await expect(boot()).rejects.toThrow();
    await boot({ migrate: true });
    await boot();
  });

  it('tables that the user must not write are named', async () => {
    await migrateTo(ALL_MIGRATIONS);
    await administer(
      url,
      `create role tq_reader login; grant usage on schema ${SCHEMA} to tq_reader; grant select on all tables in schema ${SCHEMA} to tq_reader;`,
    );
    bench.onClose(() => administer(url, `drop owned by tq_reader cascade; drop role tq_reader;`));
    await expect(boot({}, as('tq_reader'))).rejects.toMatchObject({
      code: 'BROKER_REFUSED',
      message: expect.stringMatching(/no right to .*result/),
    });
  });
});

describe('at boot, for a user with restricted rights', () => {
  const everything = `grant usage on schema ${SCHEMA} to tq_partly;
    grant select, insert, update, delete on all tables in schema ${SCHEMA} to tq_partly;
    grant usage on all sequences in schema ${SCHEMA} to tq_partly;`;
  beforeEach(async () => {
    await migrateTo(ALL_MIGRATIONS);
    await administer(url, `create role tq_partly login; ${everything}`);
    bench.onClose(() => administer(url, `drop owned by tq_partly cascade; drop role tq_partly;`));
  });

  it('the rights listed in the guide suffice', async () => expect(await boot({}, as('tq_partly'))).toBeUndefined());

  it.each([
    ['a sequence', `revoke usage on sequence ${SCHEMA}.place from tq_partly`, /no right to use place/],
    ['a function', `revoke execute on function ${SCHEMA}.lost_of from public`, /no right to use lost_of/],
    ['the schema', `revoke usage on schema ${SCHEMA} from tq_partly`, /permission denied for schema/],
  ])('%s that it lacks is named', async (_, revoke, message) => {
    await administer(url, revoke);
    await expect(boot({}, as('tq_partly'))).rejects.toMatchObject({ code: 'BROKER_REFUSED', message: expect.stringMatching(message) });
  });
});

it('at boot, a role that may not see the transactions of others is told so', async () => {
  await migrateTo(ALL_MIGRATIONS);
  await administer(url, `create role tq_blind login`);
  bench.onClose(() => administer(url, `drop role tq_blind`));
  const other = bench.connection(url, { max: 1 });
  await other.query(sql('select 1'), []);
  const told: unknown[] = [];
  const logger = { ...silentLogger, warn: (_: string, more?: object) => void told.push(more) };
  const boots = async (): Promise<void> => {
    const booted = new PgConnection(as('tq_blind'), { keyPrefix: SCHEMA, connection: {}, logger }, (session) =>
      warnOfVacuum(session, logger),
    );
    await booted.connect();
    await booted.close();
  };
  await boots();
  expect(told).toEqual([{ role: 'tq_blind', hidden: expect.any(Number) }]);
  await administer(url, 'grant pg_read_all_stats to tq_blind');
  await boots();
  expect(told).toHaveLength(1);
});

it('at boot, tables excluded from autovacuum are named', async () => {
  await migrateTo(ALL_MIGRATIONS);
  await administer(url, `alter table ${SCHEMA}.claim set (autovacuum_enabled = off)`);
  const told: unknown[] = [];
  const logger = { ...silentLogger, warn: (_: string, more?: object) => void told.push(more) };
  const booted = new PgConnection(url, { keyPrefix: SCHEMA, connection: {}, logger }, (session) => warnOfVacuum(session, logger));
  await booted.connect();
  await booted.close();
  expect(told).toEqual([{ schema: SCHEMA, tables: 'claim' }]);
});

describe('taskQueueMigrations', () => {
  it('lets TypeORM run them, before the migrations of the application, and only once', async () => {
    const source = await dataSource();
    expect((await source.runMigrations()).map(({ name }) => name)).toEqual(NAMES.map((name) => expect.stringContaining(name)));
    expect(await source.runMigrations()).toEqual([]);
    await boot();
  });

  it('skips migrations that the command has run', async () => {
    await migrateTo(ALL_MIGRATIONS);
    await (await dataSource()).runMigrations({ transaction: 'none' });
    await boot();
  });

  it('refuses to be reverted: tasks would be lost', async () => {
    const source = await dataSource();
    await source.runMigrations({ transaction: 'each' });
    await expect(source.undoLastMigration()).rejects.toMatchObject({ code: 'MIGRATION_FAILED' });
    await boot();
  });

  async function dataSource(): Promise<DataSource> {
    const source = await new DataSource({ type: 'postgres', url, migrations: taskQueueMigrations({ schema: SCHEMA }) }).initialize();
    bench.onClose(() => source.destroy());
    return source;
  }
});

function as(user: string): string {
  const own = new URL(url);
  own.username = user;
  return own.href;
}

/** @returns names of what was run */
async function migrateTo(known: readonly Migration[], address = url, lockTimeout?: number): Promise<string[]> {
  const connection = new PgConnection(address, { keyPrefix: SCHEMA, connection: { max: 1 }, logger: silentLogger });
  try {
    return (await connection.transaction((session) => migrate(sessionOn(session), SCHEMA, known, lockTimeout))).map(({ name }) => name);
  } finally {
    await connection.close();
  }
}

/** Resolves when a statement of the server's owner finds a row. */
async function seen(text: string): Promise<void> {
  while ((await administer(url, text)).length === 0) continue;
}

/** What a transport does before anything else. */
async function boot(connection: Record<string, unknown> = {}, address = url): Promise<void> {
  const booted = new PgConnection(address, { keyPrefix: SCHEMA, connection, logger: silentLogger }, checkSchema);
  try {
    await booted.connect();
  } finally {
    await booted.close();
  }
}
