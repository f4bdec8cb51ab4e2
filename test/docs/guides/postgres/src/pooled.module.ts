import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.PGBOUNCER_URL ?? process.env.DATABASE_URL,
      keyPrefix: 'shop_tasks',
      connection: { polling: true },
    }),
  ],
})
export class PooledModule {}
