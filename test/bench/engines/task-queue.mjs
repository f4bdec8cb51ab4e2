// The package as it is published, inside a Nest application, with its defaults.
import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';

const home = new URL('../../../dist-lib/task-queue/', import.meta.url);

export const version = () => JSON.parse(readFileSync(new URL('package.json', home), 'utf8')).version;

/** its default */
const SCHEMA = 'tq';

const open =
  (taskOptions) =>
  async ({ url, concurrency }) => {
    const { runWorker, Task, TaskClient, TaskQueueModule, TaskWorkerModule } = await import(new URL('index.js', home).href);
    let handler;
    class BenchTasks {
      work(payload) {
        return handler(payload);
      }
    }
    Task({ name: 'bench.work', ...taskOptions })(
      BenchTasks.prototype,
      'work',
      Object.getOwnPropertyDescriptor(BenchTasks.prototype, 'work'),
    );
    const queue = TaskQueueModule.forRoot({ broker: url, ...(url.startsWith('postgres') && { connection: { migrate: true } }) });
    class WorkerApp {}
    Reflect.defineMetadata('imports', [queue, TaskWorkerModule.forRoot({ concurrency })], WorkerApp);
    Reflect.defineMetadata('providers', [BenchTasks], WorkerApp);
    class ProducerApp {}
    Reflect.defineMetadata('imports', [queue], ProducerApp);

    const app = await NestFactory.createApplicationContext(ProducerApp, { logger: false, abortOnError: false });
    const tasks = app.get(TaskClient);
    const task = tasks.for(BenchTasks).work;
    return {
      ready: async () => {},
      add: (payload) => task.delay(payload),
      addMany: (payloads) => Promise.all(payloads.map((payload) => task.delay(payload))),
      within: tasks.withManager && ((client, payload) => tasks.withManager(client).for(BenchTasks).work.delay(payload)),
      work: async (given) => {
        handler = given;
        const worker = await runWorker(WorkerApp, { nest: { logger: ['error'] } });
        return () => worker.stop();
      },
      close: () => app.close(),
    };
  };

export const withoutResult = open({ ignoreResult: true });
export const withResult = open({});

/** Finished tasks on Postgres, as copies of the one there is, made over the time that results are kept. */
export const fillHistory = (client, count) =>
  client.query(
    `insert into ${SCHEMA}.result (id, terminal, retries, record, expires_at)
     select gen_random_uuid()::text, r.terminal, r.retries, r.record, now() + random() * (r.expires_at - now())
     from (select * from ${SCHEMA}.result limit 1) r, generate_series(1, $1)`,
    [count],
  );
