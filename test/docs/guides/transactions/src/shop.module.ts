import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskQueueModule } from 'nestjs-task-queue';
import { taskQueueMigrations } from 'nestjs-task-queue/typeorm';
import { DataSource } from 'typeorm';
import { Customer } from './customer.entity.js';
import { Lag } from './lag.js';
import { Order } from './order.entity.js';
import { OrderTasks } from './order.tasks.js';
import { OrdersService } from './orders.service.js';

@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      useFactory: () => ({
        type: 'postgres',
        url: process.env.DATABASE_URL,
        autoLoadEntities: true,
        migrations: [...taskQueueMigrations({ schema: 'shop_tasks' })], // and yours; or: npx tasks migrate
        poolSize: 20,
      }),
    }),
    TypeOrmModule.forFeature([Order, Customer]),
    TaskQueueModule.forRootAsync({
      inject: [DataSource],
      useFactory: (database: DataSource) => ({ broker: process.env.REDIS_URL, keyPrefix: 'shop_tasks', outbox: { database } }),
    }),
  ],
  providers: [OrderTasks, OrdersService, Lag],
  exports: [TypeOrmModule],
})
export class ShopModule {}
