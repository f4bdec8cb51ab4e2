import { Module } from '@nestjs/common';
import { TaskWorkerModule } from 'nestjs-task-queue';
import { AppModule } from './app.module.js';

@Module({
  imports: [AppModule, TaskWorkerModule.forRoot({ queues: ['default', 'pages', 'email', 'slow', 'tenant-acme'], excludeQueues: ['slow'] })],
})
export class WorkerModule {}
