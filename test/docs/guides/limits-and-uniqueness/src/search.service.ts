import { Injectable } from '@nestjs/common';
import { TaskClient } from 'nestjs-task-queue';
import { SearchTasks } from './search.tasks.js';

@Injectable()
export class SearchService {
  constructor(private readonly tasks: TaskClient) {}

  // Unique by the task's own option: a second caller waits for the same result.
  async rebuild(tenant: string, reason: string): Promise<string> {
    const sent = await this.tasks.for(SearchTasks).rebuild.delay(tenant, reason);
    return sent.deduplicated ? `already under way: ${sent.id}` : sent.id;
  }

  // Or gets an error.
  async rebuildOrFail(tenant: string): Promise<void> {
    await this.tasks.for(SearchTasks).rebuild.applyAsync([tenant, 'by hand'], { unique: { onConflict: 'reject' } });
  }

  // Debounce: five seconds after the last change, with the arguments of the last call.
  async changed(postId: string) {
    return this.tasks.for(SearchTasks).index.applyAsync([postId], {
      countdown: '5s',
      unique: { key: (id) => id, while: ['waiting'], onConflict: 'replace' },
    });
  }

  // Throttle: at most once an hour per user.
  async remind(userId: string) {
    return this.tasks.for(SearchTasks).remind.applyAsync([userId], { unique: { for: '1h', while: [] } });
  }

  // Once, even if the client of our API sends its request twice.
  async remindOnce(userId: string, requestId: string) {
    return this.tasks.for(SearchTasks).remind.applyAsync([userId], { idempotencyKey: requestId });
  }
}
