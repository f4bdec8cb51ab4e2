import { Module } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { ReportTasks } from './report.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env['BROKER_URL'] ?? 'memory://',
      beat: {
        timezone: 'Europe/Paris',
        schedule: {
          'weekly, for the board': { task: 'reports.send', schedule: '0 8 * * mon', args: ['all'], priority: 9 },
        },
      },
    }),
    TaskWorkerModule.forRoot({ beat: true }),
  ],
  providers: [ReportTasks],
})
export class AppModule {}
