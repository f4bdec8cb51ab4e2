import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { PayoutTasks } from './payout.tasks.js';

@Module({
  imports: [
    TaskQueueModule.forRootAsync({
      useFactory: () => ({
        broker: process.env.REDIS_URL ?? 'memory://',
        sign: { keys: [{ id: '2030-05', secret: process.env.TASK_SIGNING_SECRET! }] },
        encrypt: { keys: [{ id: '2030-05', key: process.env.TASK_ENCRYPTION_KEY! }] },
      }),
    }),
  ],
  providers: [PayoutTasks],
})
export class AppModule {}
