import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { startTestWorker } from 'nestjs-task-queue/testing';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { freshDatabase } from '../../../support/services.js';
import { Customer } from './src/customer.entity.js';
import { Lag } from './src/lag.js';
import { Order } from './src/order.entity.js';
import { OrderTasks } from './src/order.tasks.js';
import { OrdersService } from './src/orders.service.js';
import { ShopModule } from './src/shop.module.js';
import { reopen } from './src/with-pg.js';

const shared = process.env.DATABASE_URL;
let database: { url: string; drop(): Promise<void> };
let app: TestingModule;

beforeAll(async () => {
  database = await freshDatabase();
  process.env.DATABASE_URL = database.url;
  // As a deployment does it, before the application starts.
  const { taskQueueMigrations } = await import('nestjs-task-queue/typeorm');
  const migrating = new DataSource({
    type: 'postgres',
    url: database.url,
    entities: [Order, Customer],
    synchronize: true,
    migrations: [...taskQueueMigrations({ schema: 'shop_tasks' })],
  });
  await (await migrating.initialize()).runMigrations();
  await migrating.destroy();
  app = await Test.createTestingModule({ imports: [ShopModule] }).compile();
  await app.init();
});
afterAll(async () => {
  await app.close();
  process.env.DATABASE_URL = shared;
  await database.drop();
});

it('confirms what is placed, has it paid once, and ships it', async () => {
  const customers = app.get(DataSource).getRepository(Customer);
  await customers.save({ name: 'Ada', balance: 100 });
  await startTestWorker(app, { concurrency: 5 });

  const order = await app.get(OrdersService).place('Ada', 30);
  const tasks = app.get(TaskClient).for(OrderTasks);
  expect(await (await tasks.pay.delay(order.id)).get({ timeout: '5s' })).toBe(30);
  expect(await customers.findOneByOrFail({ name: 'Ada' })).toMatchObject({ balance: 70 });

  const isShipped = async () => (await app.get(DataSource).getRepository(Order).findOneByOrFail({ id: order.id })).state === 'shipped';
  while (!(await isShipped())) await new Promise((resolve) => setImmediate(resolve));

  const pool = new pg.Pool({ connectionString: database.url });
  await reopen(pool, app.get(TaskClient), order.id);
  await pool.end();
  const { confirmed } = app.get(OrderTasks);
  while (confirmed.length < 2) await new Promise((resolve) => setImmediate(resolve));
  expect(confirmed).toEqual([order.id, order.id]);
  expect(app.get(Lag).last).toBeGreaterThan(0);
});
