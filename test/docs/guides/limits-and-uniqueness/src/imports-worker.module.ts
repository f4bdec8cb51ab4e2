import { Module } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { ImportTasks } from './import.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: process.env.REDIS_URL ?? 'memory://' }),
    TaskWorkerModule.forRoot({ queues: ['imports'], concurrency: 1 }),
  ],
  providers: [ImportTasks],
})
export class ImportsWorkerModule {}
