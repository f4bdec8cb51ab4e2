import { Module } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { Mailer } from './mailer.js';
import { PostTasks } from './post.tasks.js';
import { PostsService } from './posts.service.js';

@Module({
  imports: [TaskQueueModule.forRoot({ broker: process.env.REDIS_URL ?? 'memory://', queues: ['mail'] }), TaskWorkerModule.forRoot()],
  providers: [PostsService, PostTasks, Mailer],
})
export class AppModule {}
