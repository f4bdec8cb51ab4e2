import { Injectable } from '@nestjs/common';
import { Task, TaskContext } from 'nestjs-task-queue';

@Injectable()
export class PostTasks {
  @Task({ name: 'posts.render', queue: 'pages' })
  async render(ctx: TaskContext): Promise<string> {
    return ctx.deliveryInfo.queue;
  }

  @Task({ name: 'posts.notify' })
  async notify(ctx: TaskContext): Promise<string> {
    return ctx.deliveryInfo.queue;
  }

  @Task({ name: 'reports.export' })
  async export(ctx: TaskContext): Promise<string> {
    return ctx.deliveryInfo.queue;
  }
}
