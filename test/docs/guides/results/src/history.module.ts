import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { taskResultEntities, TaskResults } from 'nestjs-task-queue/typeorm';
import { InvoiceTasks } from './invoice.tasks.js';
import { ReportHistory } from './report-history.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({ type: 'postgres' as const, url: process.env.DATABASE_URL, entities: taskResultEntities() }),
    }),
    TypeOrmModule.forFeature(taskResultEntities()),
    TaskQueueModule.forRoot({ broker: process.env.BROKER_URL ?? 'memory://', results: 'typeorm', resultExpires: '30d' }),
  ],
  providers: [InvoiceTasks, ReportHistory, TaskResults],
  exports: [InvoiceTasks],
})
export class HistoryModule {}
