import { createReadStream, existsSync } from 'node:fs';
import { Controller, Get, NotFoundException, Param, ParseUUIDPipe, Post, StreamableFile } from '@nestjs/common';
import { TaskClient, type AsyncResult } from 'nestjs-task-queue';
import { ExportFiles } from '../blog/subscribers/export-files.js';
import { SubscriberTasks } from '../blog/subscribers/subscriber.tasks.js';
import { Accepted } from './accepted.js';
import { IdempotencyKey } from './idempotency-key.js';

@Controller('exports')
export class ExportsController {
  constructor(
    private readonly files: ExportFiles,
    private readonly tasks: TaskClient,
  ) {}

  @Post()
  @Accepted()
  create(@IdempotencyKey() idempotencyKey?: string): Promise<AsyncResult<{ rows: number }>> {
    return this.tasks.for(SubscriberTasks).exportSubscribers.applyAsync([], { idempotencyKey });
  }

  /** @param id the id of the task that wrote the export */
  @Get(':id')
  download(@Param('id', ParseUUIDPipe) id: string): StreamableFile {
    const path = this.files.path(id);
    if (!existsSync(path)) throw new NotFoundException('The export is not written yet.');
    return new StreamableFile(createReadStream(path), { type: 'text/csv', disposition: `attachment; filename="subscribers-${id}.csv"` });
  }
}
