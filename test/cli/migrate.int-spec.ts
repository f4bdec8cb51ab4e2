import { runCli } from '../../libs/task-queue/src/cli/run-cli.js';
import { ALL_MIGRATIONS } from '../../libs/task-queue/src/database/migrations/migration.js';
import { freshDatabase } from '../support/services.js';

const NAMES = ALL_MIGRATIONS.map(({ name }) => name);
const environment = { ...process.env };
let database: { url: string; drop(): Promise<void> };

beforeEach(async () => {
  delete process.env.TASKS_BROKER_URL;
  database = await freshDatabase();
});
afterEach(async () => {
  process.env = { ...environment };
  await database.drop();
});

describe('tasks migrate', () => {
  it('creates the tables and prints the applied migrations', async () => {
    const first = await tasks('migrate', '--broker', database.url);
    expect(first).toEqual({ code: 0, out: `Schema tq is migrated:\n${NAMES.map((name) => `  ${name}\n`).join('')}`, err: '' });
    expect(await tasks('migrate', '--broker', database.url)).toEqual({ code: 0, out: 'Schema tq is up to date.\n', err: '' });
  });

  it('reads the environment', async () => {
    process.env.TASKS_BROKER_URL = database.url;
    process.env.TASKS_SCHEMA = 'jobs';
    expect((await tasks('migrate')).out).toContain('Schema jobs is migrated');
  });

  it('--plan changes nothing, and prints SQL that does the same', async () => {
    const planned = await tasks('migrate', '--plan', '--broker', database.url);
    expect(planned.out).toContain(`-- schema tq: 0 applied, ${NAMES.length} pending`);
    expect((await tasks('migrate', '--plan', '--broker', database.url)).out).toBe(planned.out);
    await run(planned.out);
    expect((await tasks('migrate', '--plan', '--broker', database.url)).out).toBe(
      [`-- schema tq: ${NAMES.length} applied, 0 pending`, ...NAMES.map((name) => `-- applied  ${name}`), ''].join('\n'),
    );
  });

  it.each([
    ['no broker', ['migrate'], 2, "required option '--broker <url>'"],
    ['a mistyped option', ['migrate', '--broker', 'postgres://h/d', '--plann'], 2, 'Did you mean --plan?'],
    ['a mistyped command', ['migrte'], 2, 'Did you mean migrate?'],
    ['another kind of broker', ['migrate', '--broker', 'redis://ann:secret@h'], 1, "INVALID_BROKER_URL: Broker URL 'redis://ann:***@h'"],
    ['a server that is not there', ['migrate', '--broker', 'postgres://ann:secret@127.0.0.1:1/d'], 1, 'ECONNREFUSED'],
    ['a schema that is no name', ['migrate', '--broker', 'postgres://h/d', '--schema', 'My-Queue'], 1, 'INVALID_OPTION'],
  ])('%s: told what is wrong, and nothing secret', async (_, args, code, problem) => {
    const { err, ...rest } = await tasks(...args);
    expect(rest).toEqual({ code, out: '' });
    expect(err).toContain(problem);
    expect(err).not.toContain('secret');
  });

  it('--help explains each option', async () => {
    const { code, out } = await tasks('migrate', '--help');
    expect(code).toBe(0);
    expect(out).toMatch(/--broker <url>[^]*TASKS_BROKER_URL[^]*--schema <name>[^]*--plan/);
  });
});

async function tasks(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: '', err: '' };
  const code = await runCli(args, { version: '0', out: (text) => (said.out += text), err: (text) => (said.err += text) });
  return { code, ...said };
}

async function run(sql: string): Promise<void> {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
