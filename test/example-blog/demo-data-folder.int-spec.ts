import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openDataFolder, type DataFolder } from '../../scripts/demo/data-folder.mjs';

describe('the data folder of the demo', () => {
  let dir: string;
  const opened: DataFolder[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'demo-home-'));
    await chmod(dir, 0o755); // PostgreSQL runs as another account where the tests run as root
    process.env.DEMO_HOME = dir;
  });
  afterEach(async () => {
    delete process.env.DEMO_HOME;
    for (const folder of opened.splice(0)) await folder.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const open = async (fresh = false) => {
    const folder = await openDataFolder(fresh);
    opened.push(folder);
    return folder;
  };
  const reopen = async (fresh = false) => {
    await opened.pop()!.stop();
    return open(fresh);
  };

  it('resumes a run until it has finished, then is emptied for a new run', async () => {
    const first = await open();
    await leaveTraces(first);
    const second = await reopen();

    expect(second.run).toMatchObject({ id: first.run.id, starts: 2 });
    expect(await tracesIn(second)).toEqual(['table', 'files', 'neighbours']);

    second.finish();
    const third = await reopen();

    expect(third.run).toMatchObject({ starts: 1 });
    expect(third.run.id).not.toBe(first.run.id);
    expect(await tracesIn(third)).toEqual([]);
  });

  it('is emptied by --fresh even if the last run was stopped in the middle', async () => {
    const first = await open();
    await leaveTraces(first);
    const second = await reopen(true);

    expect(second.run.id).not.toBe(first.run.id);
    expect(await tracesIn(second)).toEqual([]);
  });
});

async function leaveTraces({ storage, journals, database }: DataFolder): Promise<void> {
  for (const folder of [storage, journals]) {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'trace'), '');
  }
  await query(database.url, 'create table trace ()');
}

async function tracesIn({ storage, journals, database }: DataFolder): Promise<string[]> {
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
