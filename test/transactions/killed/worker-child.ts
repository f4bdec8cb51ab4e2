// One worker process that is going to be killed: transactional tasks, from a broker elsewhere, and a relay of the outbox.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { TABLES, TransferTasks } from './transfer.tasks.js';

const { BROKER_URL, KEY_PREFIX, BANK_URL, LEASE } = process.env as Record<string, string>;

@Module({
  imports: [
    TypeOrmModule.forRoot({ type: 'postgres', url: BANK_URL!, entities: TABLES, poolSize: 12, installExtensions: false }),
    TypeOrmModule.forFeature(TABLES),
    TaskQueueModule.forRootAsync({
      inject: [DataSource],
      useFactory: (database: DataSource) => ({ broker: BROKER_URL!, keyPrefix: KEY_PREFIX!, outbox: { database, pollInterval: '200ms' } }),
    }),
    TaskWorkerModule.forRoot({ concurrency: 8, lease: LEASE!, maxWait: '500ms', prefetchMultiplier: 1 }),
  ],
  providers: [TransferTasks],
})
class WorkerModule {}

const app = await NestFactory.createApplicationContext(WorkerModule, { logger: ['error'] });
process.once('SIGTERM', () => void app.close().then(() => process.exit(0)));
process.send!('ready');
