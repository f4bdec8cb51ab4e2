import { Module } from '@nestjs/common';
import { TaskWorkerModule } from 'nestjs-task-queue';
import { AppModule } from './app.module.js';
import { Settings, SettingsModule } from './settings.js';

@Module({
  imports: [
    AppModule,
    TaskWorkerModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: (settings: Settings) => ({
        tasks: {
          'payments.charge': { maxRetries: settings.chargeRetries },
          'customers.*': { trackStarted: true },
        },
      }),
    }),
  ],
})
export class WorkerModule {}
