import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openHome, type Home } from '../../scripts/demo/home.mjs';

describe('the home of the demo', () => {
  let dir: string;
  const openHomes: Home[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-home-'));
    await chmod(dir, 0o755); // PostgreSQL runs as another account where the tests run as root
    process.env.DEMO_HOME = dir;
  });
  afterEach(async () => {
    delete process.env.DEMO_HOME;
    for (const home of openHomes.splice(0)) await home.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const open = async (fresh = false) => {
    const home = await openHome(fresh);
    openHomes.push(home);
    return home;
  };
  const reopen = async (fresh = false) => {
    await openHomes.pop()!.stop();
    return open(fresh);
  };

  it('goes on with a play until it has ended, then begins anew with nothing in it', async () => {
    const first = await open();
    await leaveTraces(first);
    const second = await reopen();

    expect(second.play).toMatchObject({ id: first.play.id, starts: 2 });
    expect(await tracesIn(second)).toEqual(['table', 'files', 'neighbours']);

    second.endPlay();
    const third = await reopen();

    expect(third.play).toMatchObject({ starts: 1 });
    expect(third.play.id).not.toBe(first.play.id);
    expect(await tracesIn(third)).toEqual([]);
  });

  it('begins anew when asked to, also when it was left in the middle', async () => {
    const first = await open();
    await leaveTraces(first);
    const second = await reopen(true);

    expect(second.play.id).not.toBe(first.play.id);
    expect(await tracesIn(second)).toEqual([]);
  });
});

async function leaveTraces({ storage, journals, database }: Home): Promise<void> {
  for (const folder of [storage, journals]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'trace'), '');
  }
  await query(database.url, 'create table trace ()');
}

async function tracesIn({ storage, journals, database }: Home): Promise<string[]> {
  const [{ found }] = await query(database.url, `select to_regclass('trace') is not null as found`);
  const traces = [found && 'table', (await isFilled(storage)) && 'files', (await isFilled(journals)) && 'neighbours'];
  return traces.filter((trace) => typeof trace === 'string');
}

const isFilled = async (folder: string) => (await readdir(folder).catch(() => [])).length > 0;

async function query(url: string, sql: string): Promise<{ found: boolean }[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ found: boolean }>(sql)).rows;
  } finally {
    await client.end();
  }
}
