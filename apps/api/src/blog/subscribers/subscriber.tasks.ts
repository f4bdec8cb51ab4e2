import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Ctx, Task, TaskContext } from 'nestjs-task-queue';
import { MoreThan, Repository } from 'typeorm';
import { Settings } from '../../settings.js';
import { ExportFiles } from './export-files.js';
import { Subscriber } from './subscriber.entity.js';

const PAGE = 15;

@Injectable()
export class SubscriberTasks {
  constructor(
    @InjectRepository(Subscriber) private readonly subscribers: Repository<Subscriber>,
    private readonly files: ExportFiles,
    private readonly settings: Settings,
  ) {}

  @Task({ name: 'blog.export_subscribers', maxRetries: 3 })
  async exportSubscribers(@Ctx() ctx: TaskContext): Promise<{ rows: number }> {
    const progress = { current: 0, total: await this.subscribers.count() };
    const rows = this.inPages(async (page) => {
      progress.current += page.length;
      await ctx.updateState('PROGRESS', progress);
      if (this.settings.exportPace > 0) await pause(this.settings.exportPace, undefined, { signal: ctx.signal });
    });
    await this.files.write(ctx.id, ['email', 'name', 'subscribedOn'], rows, ctx.signal);
    return { rows: progress.current };
  }

  /** All subscribers in the order of their key, page by page, so that memory does not grow with their number. */
  private async *inPages(afterPage: (page: Subscriber[]) => Promise<void>): AsyncGenerator<Subscriber> {
    let last = '';
    for (;;) {
      const page = await this.subscribers.find({ where: { email: MoreThan(last) }, order: { email: 'ASC' }, take: PAGE });
      if (page.length === 0) return;
      yield* page;
      last = page[page.length - 1]!.email;
      await afterPage(page);
    }
  }
}
