import { Injectable } from '@nestjs/common';
import { Task, type Fetched, type TaskClient } from 'nestjs-task-queue';
import { EntityById } from 'nestjs-task-queue/typeorm';
import { Photo } from './photo.entity.js';

@Injectable()
export class PhotoTasks {
  @Task({ name: 'blog.describe_photo' })
  async describe(@EntityById(Photo, { missing: 'ignore' }) photo: Fetched<Photo>): Promise<string> {
    return `${photo.caption} (${photo.id})`;
  }
}

export const describe = (tasks: TaskClient, photo: Photo) => tasks.for(PhotoTasks).describe.delay(photo.id); // the id travels, not the row
