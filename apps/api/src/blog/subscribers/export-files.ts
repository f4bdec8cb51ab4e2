import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { stringify } from 'csv-stringify';
import { Settings } from '../../settings.js';

/** The exports on disk, one per task. */
@Injectable()
export class ExportFiles {
  constructor(private readonly settings: Settings) {}

  path(id: string): string {
    return join(this.settings.storageDir, 'exports', `subscribers-${id}.csv`);
  }

  /** Streams to a draft, which is renamed when it is complete. */
  async write(id: string, columns: string[], rows: AsyncIterable<object>, signal: AbortSignal): Promise<void> {
    const target = this.path(id);
    const draft = `${target}.${process.pid}`;
    await mkdir(dirname(target), { recursive: true });
    await this.removeDrafts(target);
    await pipeline(rows, stringify({ header: true, columns }), createWriteStream(draft), { signal });
    await rename(draft, target);
  }

  /** Removes drafts of attempts whose process died. A living attempt that has lost its lease misses its draft and fails, as intended. */
  private async removeDrafts(target: string): Promise<void> {
    const folder = dirname(target);
    const drafts = (await readdir(folder)).filter((name) => name.startsWith(`${basename(target)}.`));
    await Promise.all(drafts.map((name) => rm(join(folder, name), { force: true })));
  }
}
