import { createWriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

  /** Streams into a draft, which takes its name only when it is complete. */
  async write(id: string, columns: string[], rows: AsyncIterable<object>, signal: AbortSignal): Promise<void> {
    const target = this.path(id);
    const draft = `${target}.${process.pid}`;
    await mkdir(dirname(target), { recursive: true });
    await pipeline(rows, stringify({ header: true, columns }), createWriteStream(draft), { signal });
    await rename(draft, target);
  }
}
