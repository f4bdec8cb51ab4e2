import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { InvoiceTasks } from './invoice.tasks.js';
import { LedgerTasks, WebhookTasks } from './shared-policies.js';
import { SyncTasks } from './sync.tasks.js';

const HOUR = 3_600_000;

async function boot() {
  const app = await Test.createTestingModule({
    imports: [TaskQueueTestingModule.forRoot()],
    providers: [InvoiceTasks, LedgerTasks, SyncTasks, WebhookTasks],
  }).compile();
  app.useLogger(false);
  await app.init();
  return { app, tasks: app.get(TaskClient), queue: app.get(TestQueue) };
}

/** How long the queue's clock had to move until the task ended. */
async function lastsUntilItEnds(queue: TestQueue, send: () => Promise<{ state(): Promise<string> }>): Promise<number> {
  const began = queue.clock.now();
  const sent = await send();
  await queue.drain();
  while (!['SUCCESS', 'FAILURE', 'IGNORED', 'REJECTED'].includes(await sent.state())) {
    await queue.clock.advance('30s');
    await queue.drain();
  }
  return queue.clock.now() - began;
}

describe('the guide to retries', () => {
  const answers: [status: number, headers?: Record<string, string>][] = [];
  const server = createServer((_, response) => void response.writeHead(...(answers.shift() ?? [200])).end());
  let url: string;

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each(['celeryStyle', 'policy'] as const)(
    'retries as %s says, waits as long as the answer says, and not at all for what is not there',
    async (way) => {
      const { app, tasks, queue } = await boot();
      answers.push([429, { 'retry-after': '90' }], [200]);
      const asked = await lastsUntilItEnds(queue, () => tasks.for(SyncTasks)[way].delay(url));
      answers.push([404]);
      const gone = await lastsUntilItEnds(queue, () => tasks.for(SyncTasks)[way].delay(url));
      expect([asked, gone]).toEqual([90_000, 0]);
      await app.close();
    },
  );

  it('shares policies: for ten hours, for a day, and not for what is excepted', async () => {
    const { app, tasks, queue } = await boot();
    expect((await lastsUntilItEnds(queue, () => tasks.for(WebhookTasks).deliver.delay('x'))) / HOUR).toBeCloseTo(10, 1);
    expect((await lastsUntilItEnds(queue, () => tasks.for(LedgerTasks).post.delay(1))) / HOUR).toBeCloseTo(24, 1);
    expect(await lastsUntilItEnds(queue, () => tasks.for(LedgerTasks).post.delay(-1))).toBe(0);
    await app.close();
  }, 60_000);

  it('ends a run as the handler says', async () => {
    const { app, tasks, queue } = await boot();
    const { invoices } = app.get(InvoiceTasks);
    const send = (id: string) => tasks.for(InvoiceTasks).send.delay(id);
    invoices
      .set('paid', { paid: true })
      .set('elsewhere', { region: 'elsewhere' })
      .set('homeless', { rendered: true })
      .set('waiting', { address: 'ada' });
    const [paid, elsewhere, homeless, waiting, unknown] = await Promise.all(
      ['paid', 'elsewhere', 'homeless', 'waiting', 'unknown'].map(send),
    );
    await queue.drain();
    expect(await Promise.all([paid!, elsewhere!, homeless!, waiting!, unknown!].map((one) => one.state()))).toEqual([
      'IGNORED',
      'REJECTED',
      'FAILURE',
      'RETRY',
      'RETRY',
    ]);
    invoices.set('waiting', { address: 'ada', rendered: true });
    await queue.clock.advance('5m');
    await queue.drain();
    expect(await waiting!.get()).toBe('sent to ada');
    await app.close();
  });
});
