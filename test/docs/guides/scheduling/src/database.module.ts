import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { PeriodicTaskEntity, scheduleEntities } from 'nestjs-task-queue/typeorm';
import { DataSource } from 'typeorm';

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: process.env['DATABASE_URL'], entities: scheduleEntities(), installExtensions: false }),
    TypeOrmModule.forFeature([PeriodicTaskEntity]),
    TaskQueueModule.forRootAsync({
      inject: [DataSource],
      useFactory: (database: DataSource) => ({
        broker: process.env['REDIS_URL'] ?? 'redis://localhost:6379',
        outbox: { database },
        beat: { database },
      }),
    }),
  ],
})
export class DatabaseModule {}
