import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { ReportTasks } from './report.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.BROKER_URL ?? 'memory://',
      resultExpires: '1d',
      resultExtended: true, // results contain their call
      trail: true, // and the tasks that theirs has sent
    }),
  ],
  providers: [ReportTasks],
})
export class AppModule {}
