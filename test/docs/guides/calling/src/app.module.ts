import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { PostTasks } from './post.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.BROKER_URL ?? 'memory://',
      publishTimeout: '2s', // the longest time that a web request may wait
      publishRetry: { maxRetries: 5, intervalStart: 0, intervalStep: '100ms', intervalMax: '0.5s' },
    }),
  ],
  providers: [PostTasks],
})
export class AppModule {}
