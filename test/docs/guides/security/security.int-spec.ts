import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import type { ClientOptionsInput, TaskClient } from 'nestjs-task-queue';
import { RecordedLog } from '../../../nest/support/boot.js';

const secret = () => randomBytes(32).toString('base64');

describe('the guide to security', () => {
  const before = { ...process.env };
  const opened: TestingModule[] = [];

  beforeAll(() => {
    delete process.env.REDIS_URL;
    for (const name of ['TASK_SIGNING_SECRET', 'TASK_SIGNING_SECRET_MAY', 'TASK_SIGNING_SECRET_JUNE', 'TASK_ENCRYPTION_KEY']) {
      process.env[name] = secret();
    }
  });
  afterAll(async () => {
    for (const module of opened.reverse()) await module.close();
    process.env = before;
  });

  /** A producer, or with a worker, of a queue in memory that all of this name share. */
  async function open(options: ClientOptionsInput, works: boolean): Promise<TaskClient> {
    const { TaskClient: Client, TaskQueueModule, TaskWorkerModule } = await import('nestjs-task-queue');
    const { PayoutTasks } = await import('./src/payout.tasks.js');
    const imports = [TaskQueueModule.forRoot(options), ...(works ? [TaskWorkerModule.forRoot()] : [])];
    const module = await Test.createTestingModule({ imports, providers: [PayoutTasks] })
      .setLogger(new RecordedLog())
      .compile();
    opened.push(module);
    await module.init();
    return module.get(Client);
  }

  it('runs what is signed and encrypted, and nothing else', async () => {
    const { AppModule } = await import('./src/app.module.js');
    const { PayoutTasks } = await import('./src/payout.tasks.js');
    const { TaskClient: Client, TaskWorkerModule } = await import('nestjs-task-queue');
    const module = await Test.createTestingModule({ imports: [AppModule, TaskWorkerModule.forRoot()] })
      .setLogger(new RecordedLog())
      .compile();
    opened.push(module);
    await module.init();

    const paid = await module.get(Client).for(PayoutTasks).pay.delay('DE02', 500);
    expect(await paid.get()).toEqual({ iban: 'DE02', paid: 500 });

    const stranger = await open({}, false);
    const injected = await stranger.for(PayoutTasks).pay.delay('XX99', 1_000_000);
    await expect(module.get(Client).result(injected.id).get()).rejects.toMatchObject({ remote: { code: 'SIGNATURE_INVALID' } });
  });

  it('rotates keys, and introduces encryption, while old and new processes run side by side', async () => {
    const { PayoutTasks } = await import('./src/payout.tasks.js');
    const { rotation } = await import('./src/rotation.js');
    const { introduction } = await import('./src/introduction.js');
    const steps: ClientOptionsInput[] = [{ sign: { keys: [rotation[0]!.keys[0]!] } }, ...rotation.map((sign) => ({ sign }))];
    const others: ClientOptionsInput[] = [{}, ...introduction.map((encrypt) => ({ encrypt }))];

    for (const [name, deployments] of [['rotation', steps] as const, ['introduction', others] as const]) {
      for (const [index, next] of deployments.slice(1).entries()) {
        const keyPrefix = `${name}-${index}`;
        const sender = await open({ ...deployments[index], keyPrefix }, false);
        await open({ ...next, keyPrefix }, true);
        expect(await (await sender.for(PayoutTasks).pay.delay('DE02', 1)).get()).toEqual({ iban: 'DE02', paid: 1 });
      }
    }
  });
});
