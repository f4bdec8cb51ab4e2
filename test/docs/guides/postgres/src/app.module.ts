import { Module } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';

@Module({
  imports: [
    TaskQueueModule.forRoot({
      broker: process.env.DATABASE_URL, // postgres://user:password@host:port/database
      keyPrefix: 'shop_tasks', // the schema of the tables; default 'tq'
      connection: { max: 5, application_name: 'shop' },
    }),
  ],
})
export class AppModule {}
