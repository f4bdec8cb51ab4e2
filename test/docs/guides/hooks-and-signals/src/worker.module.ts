import { Module } from '@nestjs/common';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { TransferTasks } from './audited.js';
import { TaskMetrics } from './metrics.js';
import { LoginTasks } from './login.tasks.js';
import { SentryModule, SentryReporter } from './sentry.reporter.js';
import { Tenancy, TenantTasks } from './tenancy.js';

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: process.env.BROKER_URL ?? 'memory://' }),
    TaskWorkerModule.forRootAsync({
      imports: [SentryModule],
      inject: [SentryReporter],
      useFactory: (sentry: SentryReporter) => ({ onTaskError: (report) => sentry.report(report) }),
    }),
  ],
  providers: [LoginTasks, TaskMetrics, Tenancy, TenantTasks, TransferTasks],
})
export class WorkerModule {}
