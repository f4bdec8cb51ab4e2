import { Injectable } from '@nestjs/common';
import { Periodic, Task } from 'nestjs-task-queue';

@Injectable()
export class CleanupTasks {
  @Periodic('0 2 * * *', { timezone: 'Asia/Ho_Chi_Minh' })
  @Periodic({ every: '15m' }, { args: ['drafts'], overlap: 'skip' })
  @Task({ name: 'blog.cleanup' })
  cleanup(what = 'everything'): string {
    return `cleaned up: ${what}`;
  }
}
