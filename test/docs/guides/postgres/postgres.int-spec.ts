import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { freshDatabase } from '../../../support/services.js';

const shared = process.env.DATABASE_URL;
let database: { url: string; drop(): Promise<void> };

beforeAll(async () => {
  database = await freshDatabase();
  process.env.DATABASE_URL = database.url;
});
afterAll(async () => {
  process.env.DATABASE_URL = shared;
  await database.drop();
});

it('migrates with TypeORM', async () => {
  const { createDataSource } = await import('./src/data-source.js');
  const source = await createDataSource().initialize();
  expect(await source.runMigrations()).not.toEqual([]);
  await source.destroy();
});

it.each([
  ['on a URL', async () => (await import('./src/app.module.js')).AppModule],
  ['behind a proxy', async () => (await import('./src/pooled.module.js')).PooledModule],
  ['on the DataSource of the application', async () => (await import('./src/shared.module.js')).SharedModule],
])('boots %s', async (_, load) => {
  const app = await Test.createTestingModule({ imports: [await load()] }).compile();
  await app.init();
  expect(app.get(TaskClient)).toBeInstanceOf(TaskClient);
  await app.close();
});
