import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { ReportTasks } from './report.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.BROKER_URL ?? 'memory://',
      resultExpires: '1d',
      resultExtended: true, // results tell which call they are of
      trail: true, // and which tasks it sent
    }),
  ],
  providers: [ReportTasks],
})
export class AppModule {}
