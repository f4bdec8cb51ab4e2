import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { Bank } from './bank.js';
import { CrmClient } from './crm.client.js';
import { CustomerTasks } from './customer.tasks.js';
import { ExportTasks } from './export.tasks.js';
import { PaymentTasks } from './payment.tasks.js';
import { SettingsModule } from './settings.js';

@Module({
  imports: [
    SettingsModule,
    TaskQueueModule.forRoot({
      broker: process.env.BROKER_URL ?? 'memory://',
      annotations: {
        '*': { resultExpires: '6h' },
        'customers.*': { redactArgs: [0] },
        'payments.report': { queue: 'reports' },
      },
    }),
  ],
  providers: [Bank, CrmClient, CustomerTasks, ExportTasks, PaymentTasks],
})
export class AppModule {}
