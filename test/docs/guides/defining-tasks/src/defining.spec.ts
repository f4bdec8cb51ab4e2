import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { CrmClient, CrmError } from './crm.client.js';
import { CustomerTasks } from './customer.tasks.js';
import { ExportTasks } from './export.tasks.js';
import { PaymentTasks } from './payment.tasks.js';
import { WorkerModule } from './worker.module.js';

async function boot(crm: Partial<CrmClient> = {}) {
  const app = await Test.createTestingModule({ imports: [WorkerModule, TaskQueueTestingModule.takeOver()] })
    .overrideProvider(CrmClient)
    .useValue(crm)
    .compile();
  app.useLogger(false);
  await app.init();
  return { app, tasks: app.get(TaskClient), queue: app.get(TestQueue) };
}

describe('the guide to defining tasks', () => {
  it('gives a task its dependencies and its context, and the caller the rest', async () => {
    let calls = 0;
    const push = async (id: string, signal: AbortSignal) => {
      if (calls++ === 0) throw new CrmError('busy');
      return `${id} ${signal.aborted}`;
    };
    const { app, tasks, queue } = await boot({ push });
    const sent = await tasks.for(CustomerTasks).push.delay('c1');
    await queue.drain();
    await queue.clock.advance('3m');
    await queue.drain({ throwFailures: true });
    expect(await sent.get()).toBe('c1 false');
    queue.expectSent(CustomerTasks, 'push').with('c1').withOptions({ queue: 'crm' });
    await app.close();
  });

  it('sends under the options of a class, of the task, and of annotations', async () => {
    const { app, tasks, queue } = await boot();
    await tasks.for(PaymentTasks).charge.delay('o1');
    await tasks.for(PaymentTasks).report.delay();
    await tasks.for(CustomerTasks).countVisit.delay('c1');
    queue.expectSent(PaymentTasks, 'charge').withOptions({ queue: 'payments', priority: 8 });
    queue.expectSent(PaymentTasks, 'report').withOptions({ queue: 'reports', priority: 2 });
    queue.expectSent(CustomerTasks, 'countVisit').withOptions({ priority: 1 });
    await app.close();
  });

  it('runs under what the factory and the worker’s configuration say', async () => {
    const { app, tasks, queue } = await boot();
    const charged = await tasks.for(PaymentTasks).charge.delay('o1');
    const exported = await tasks.for(ExportTasks).run.delay(true);
    const reports = [await queue.drain()];
    for (let delay = 10; delay <= 40; delay *= 2) {
      await queue.clock.advance(delay * 1_000);
      reports.push(await queue.drain());
    }
    expect(reports.at(-1)!.failures).toMatchObject([{ task: 'payments.charge', retries: 3 }]);
    expect((await charged.record())?.retries).toBe(3);
    expect(await exported.state()).toBe('FAILURE');
    await app.close();
  });
});
