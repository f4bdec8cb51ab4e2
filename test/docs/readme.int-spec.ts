import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TaskClient, TaskQueueModule, TaskSchedules, TaskWorkerModule } from 'nestjs-task-queue';
import { DataSource } from 'typeorm';
import { startApp, type AppProcess } from '../../scripts/demo/app-process.mjs';
import { compileForChildren } from '../support/compiled.mjs';
import { freshDatabase, redisUrl } from '../support/services.js';
import { CleanupTasks } from './tour/src/cleanup.tasks.js';
import { Photo } from './tour/src/photo.entity.js';
import type { PhotoTasks } from './tour/src/photo.tasks.js';
import type { ReportTasks } from './tour/src/report.tasks.js';

describe('the tour, with a worker process on Redis', () => {
  let app: INestApplication;
  let tasks: TaskClient;
  let url: string;
  let worker: AppProcess;

  beforeAll(async () => {
    // The tour uses the standard key prefix: a database number of its own keeps it apart.
    const broker = `${redisUrl()}/9`;
    const tour = compileForChildren('docs/tour');
    worker = startApp({ name: 'tour', file: join(tour, 'src/worker.js'), env: { REDIS_URL: broker } });
    await worker.seen(/worker is consuming/);
    const shared = process.env.REDIS_URL;
    process.env.REDIS_URL = broker;
    const { BlogModule } = await import('./tour/src/blog.module.js');
    process.env.REDIS_URL = shared;
    const { PostsController } = await import('./tour/src/posts.controller.js');
    const module = await Test.createTestingModule({ imports: [BlogModule], controllers: [PostsController] }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, '127.0.0.1');
    url = await app.getUrl();
    tasks = app.get(TaskClient);
  });

  afterAll(async () => {
    await app?.close();
    await worker?.stop();
  });

  it('publishes over HTTP: 202 at once, and the report after a retry', async () => {
    const response = await fetch(`${url}/posts/first/publish`, { method: 'POST' });
    const { taskId } = (await response.json()) as { taskId: string };

    expect(response.status).toBe(202);
    expect(await tasks.result(taskId).get()).toEqual({ post: 'first', recipients: 3 });
    expect(await (await fetch(`${url}/tasks/${taskId}`)).json()).toEqual({ state: 'SUCCESS', result: { post: 'first', recipients: 3 } });
    expect((await tasks.result(taskId).record())?.retries).toBe(1);
  });

  it('sends now, later, once and by name', async () => {
    const { calls } = await import('./tour/src/calls.js');

    await calls(tasks, 'second');

    const again = await tasks.sendTask('blog.send_post_email', ['second'], { taskId: 'publish-second' });
    expect(again.deduplicated).toBe(true);
  });

  it('waits for results and takes calls back', async () => {
    const { results } = await import('./tour/src/results.js');

    expect(await results(tasks, 'third')).toEqual({ recipients: 3, state: 'SUCCESS' });
  });

  it('reports progress, and comes back when it was told to', async () => {
    const retryAfter = await startBusyServer();
    const { ReportTasks: Reports } = (await import('./tour/src/report.tasks.js')) as { ReportTasks: typeof ReportTasks };

    const exported = await tasks.for(Reports).export.delay(3);
    const synced = await tasks.for(Reports).sync.delay(retryAfter.url);

    expect(await exported.get()).toEqual({ pages: 3 });
    expect(await synced.get()).toBe(200);
    expect(retryAfter.requests[1]! - retryAfter.requests[0]!).toBeGreaterThanOrEqual(1000);
    await retryAfter.close();
  });

  it('sends by a contract, without the class', async () => {
    const { publish } = await import('./tour/src/contract.js');

    expect(await (await publish(tasks, 'fourth')).get()).toEqual({ post: 'fourth', recipients: 3 });
  });
});

describe('the tour, with entities', () => {
  it('fetches the row by the id that was sent', async () => {
    const database = await freshDatabase();
    const { TaskQueueModule, TaskWorkerModule } = await import('nestjs-task-queue');
    const tour = (await import('./tour/src/photo.tasks.js')) as {
      PhotoTasks: typeof PhotoTasks;
      describe: (tasks: TaskClient, photo: Photo) => Promise<{ get(): Promise<string> }>;
    };
    const module = await Test.createTestingModule({
      imports: [
        TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [Photo], synchronize: true, installExtensions: false }),
        TaskQueueModule.forRoot({}),
        TaskWorkerModule.forRoot(),
      ],
      providers: [tour.PhotoTasks],
    }).compile();
    const app = await module.createNestApplication({ logger: false }).init();
    const photo = await app.get(DataSource).getRepository(Photo).save({ id: 'p1', caption: 'Fog' });

    expect(await (await tour.describe(app.get(TaskClient), photo)).get()).toBe('Fog (p1)');
    await app.close();
    await database.drop();
  });
});

/** Answers 429 to the first request, with Retry-After: 1. */
async function startBusyServer() {
  const requests: number[] = [];
  const server = createServer((_, response) => {
    requests.push(Date.now());
    if (requests.length === 1) response.writeHead(429, { 'retry-after': '1' });
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, requests, close };
}

describe('the tour, by schedules', () => {
  it('a worker with a beat brings those of the code to the store', async () => {
    const imports = [TaskQueueModule.forRoot({ broker: 'memory://' }), TaskWorkerModule.forRoot({ beat: true, drainTimeout: 0 })];
    const module = await Test.createTestingModule({ imports, providers: [CleanupTasks] }).compile();
    const app = await module.createNestApplication({ logger: false }).init();
    const { schedules } = await app.get(TaskSchedules).list({ limit: 9 });
    expect(schedules.map(({ name, args, overlap }) => [name, args, overlap])).toEqual([
      ['blog.cleanup', [], 'allow'],
      ['blog.cleanup (2)', ['drafts'], 'skip'],
    ]);
    await app.close();
  });
});
