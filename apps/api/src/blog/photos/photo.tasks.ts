import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Ctx, Task, TaskContext, type Fetched } from 'nestjs-task-queue';
import { EntityById } from 'nestjs-task-queue/typeorm';
import { Repository } from 'typeorm';
import { PhotoFiles, type ThumbnailSize } from './photo-files.js';
import { Photo } from './photo.entity.js';

@Injectable()
export class PhotoTasks {
  constructor(
    @InjectRepository(Photo) private readonly photos: Repository<Photo>,
    private readonly files: PhotoFiles,
  ) {}

  /** Called with the photo's id. If the photo has been deleted, the task ends without a failure. */
  @Task({ name: 'blog.make_thumbnail', queue: 'media', maxRetries: 3, softTimeLimit: '30s' })
  async makeThumbnail(@EntityById(Photo, { missing: 'ignore' }) photo: Fetched<Photo>, @Ctx() ctx: TaskContext): Promise<ThumbnailSize> {
    const size = await this.files.makeThumbnail(photo, ctx.signal);
    await this.photos.update(photo.id, { thumbnailMadeAt: new Date() });
    return size;
  }
}
