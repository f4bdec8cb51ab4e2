import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { createDataSource } from './data-source.js';

@Module({
  imports: [
    TypeOrmModule.forRoot(createDataSource().options),
    TaskQueueModule.forRootAsync({
      inject: [DataSource],
      useFactory: (source: DataSource) => ({ broker: source, keyPrefix: 'shop_tasks' }),
    }),
  ],
})
export class SharedModule {}
