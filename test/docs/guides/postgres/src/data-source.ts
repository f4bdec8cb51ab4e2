import { DataSource } from 'typeorm';
import { taskQueueMigrations } from 'nestjs-task-queue/typeorm';

export const createDataSource = () =>
  new DataSource({
    type: 'postgres',
    url: process.env.DATABASE_URL,
    migrations: [...taskQueueMigrations({ schema: 'shop_tasks' })], // and yours
  });
