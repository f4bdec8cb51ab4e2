import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readSettings } from '../../settings.js';
import { ExportFiles } from './export-files.js';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'exports-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function* oneRow(): AsyncGenerator<object> {
  yield { email: 'ann@x.example' };
}

it('takes away the draft of an attempt whose process died, and leaves other exports alone', async () => {
  const files = new ExportFiles(readSettings({ STORAGE_DIR: folder }));
  await mkdir(join(folder, 'exports'));
  for (const name of ['subscribers-1.csv.999999', 'subscribers-12.csv', 'subscribers-12.csv.999999']) {
    await writeFile(join(folder, 'exports', name), 'half');
  }

  await files.write('1', ['email'], oneRow(), new AbortController().signal);

  expect((await readdir(join(folder, 'exports'))).toSorted()).toEqual([
    'subscribers-1.csv',
    'subscribers-12.csv',
    'subscribers-12.csv.999999',
  ]);
});
