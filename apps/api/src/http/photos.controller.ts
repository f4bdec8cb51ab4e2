import { createReadStream, existsSync } from 'node:fs';
import { Controller, Get, NotFoundException, Param, ParseUUIDPipe, Post, StreamableFile } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { TaskClient, type AsyncResult } from 'nestjs-task-queue';
import { Repository } from 'typeorm';
import { PhotoFiles, type ThumbnailSize } from '../blog/photos/photo-files.js';
import { Photo } from '../blog/photos/photo.entity.js';
import { PhotoTasks } from '../blog/photos/photo.tasks.js';
import { Accepted } from './accepted.js';
import { IdempotencyKey } from './idempotency-key.js';

@Controller('photos')
export class PhotosController {
  constructor(
    @InjectRepository(Photo) private readonly photos: Repository<Photo>,
    private readonly files: PhotoFiles,
    private readonly tasks: TaskClient,
  ) {}

  @Get()
  list(): Promise<Photo[]> {
    return this.photos.find({ order: { fileName: 'ASC' } });
  }

  @Post(':id/thumbnail')
  @Accepted()
  async makeThumbnail(
    @Param('id', ParseUUIDPipe) id: string,
    @IdempotencyKey() idempotencyKey?: string,
  ): Promise<AsyncResult<ThumbnailSize>> {
    await this.photos.findOneByOrFail({ id });
    return this.tasks.for(PhotoTasks).makeThumbnail.applyAsync([id], { idempotencyKey });
  }

  @Get(':id/thumbnail')
  async thumbnail(@Param('id', ParseUUIDPipe) id: string): Promise<StreamableFile> {
    const path = this.files.thumbnailPath(await this.photos.findOneByOrFail({ id }));
    if (!existsSync(path)) throw new NotFoundException('The thumbnail is not made yet.');
    return new StreamableFile(createReadStream(path), { type: 'image/jpeg' });
  }
}
