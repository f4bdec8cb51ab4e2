import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import * as Sentry from '@sentry/node';
import { TaskClient } from 'nestjs-task-queue';
import { TransferTasks } from './audited.js';
import { LoginTasks } from './login.tasks.js';
import { TaskMetrics } from './metrics.js';
import { currentTenant, TenantTasks } from './tenancy.js';
import { WorkerModule } from './worker.module.js';

/** Keeps what the audit logs. */
class Log implements LoggerService {
  readonly lines: string[] = [];
  log = (...given: unknown[]) => this.#keep(given);
  error = (...given: unknown[]) => this.#keep(given);
  warn = () => undefined;

  #keep(given: unknown[]): void {
    if (given.at(-1) === 'Audit') this.lines.push(String(given[0]));
  }
}

/** A Sentry server that takes everything, and keeps the events. */
async function fakeSentry() {
  const events: { tags: object; contexts: object; exception: { values: { type: string; value: string }[] } }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const items = body.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as object)));
      for (const item of items) if ('exception' in item) events.push(item as (typeof events)[number]);
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dsn = `http://key@127.0.0.1:${(server.address() as AddressInfo).port}/1`;
  const close = () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections()));
  return { dsn, events, close };
}

describe('the guide to hooks and signals', () => {
  let app: INestApplication;
  let tasks: TaskClient;
  let log: Log;
  let sentry: Awaited<ReturnType<typeof fakeSentry>>;

  beforeEach(async () => {
    sentry = await fakeSentry();
    Sentry.init({ dsn: sentry.dsn, defaultIntegrations: false });
    log = new Log();
    app = (await Test.createTestingModule({ imports: [WorkerModule] }).compile()).createNestApplication({ logger: log });
    await app.init();
    tasks = app.get(TaskClient);
  });
  afterEach(async () => {
    await app.close();
    await Sentry.close();
    await sentry.close();
  });

  it('calls the hooks that a class inherits', async () => {
    await (await tasks.for(TransferTasks).book.delay(5)).get();
    const failed = await tasks.for(TransferTasks).book.delay(0);
    await failed.get({ propagate: false });
    expect(log.lines).toEqual([
      'transfers.book ended as SUCCESS after 0 retries',
      `transfers.book ${failed.id} failed for good: RangeError: nothing to transfer`,
      'transfers.book ended as FAILURE after 0 retries',
    ]);
  });

  it('stamps what is sent, and measures what runs', async () => {
    const sent = await currentTenant.run('acme', () => tasks.for(TenantTasks).greet.delay());
    expect(await sent.get()).toBe('Hello acme');
    expect([...app.get(TaskMetrics).runs.keys()]).toEqual(['tenants.greet SUCCESS']);
    expect(app.get(TaskMetrics).failures()).toEqual({});
  });

  it('reports to Sentry what nobody expected, without the password, before the process ends', async () => {
    await (await tasks.for(LoginTasks).check.delay('ada', 'guess')).get({ propagate: false });
    const broken = await tasks.for(LoginTasks).check.delay('ada', 'hunter2');
    await broken.get({ propagate: false });
    await app.close();
    expect(sentry.events).toMatchObject([
      {
        tags: { task: 'logins.check', queue: 'default' },
        contexts: { task: { id: broken.id, args: ['ada', '[redacted]'], retries: 0 } },
        exception: { values: [{ type: 'TypeError', value: 'the directory is broken' }] },
      },
    ]);
  });
});
