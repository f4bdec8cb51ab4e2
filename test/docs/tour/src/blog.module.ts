import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { Mailer } from './mailer.js';
import { PostTasks } from './post.tasks.js';
import { ReportTasks } from './report.tasks.js';

@Module({
  imports: [TaskQueueModule.forRoot({ broker: process.env.REDIS_URL ?? 'memory://' })],
  providers: [Mailer, PostTasks, ReportTasks],
})
export class BlogModule {}
