import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import type { TaskClient } from 'nestjs-task-queue';
import { RecordedLog } from '../../../nest/support/boot.js';
import { redisUrl } from '../../../support/services.js';

describe('the guide to serialization', () => {
  let module: TestingModule;
  let tasks: TaskClient;

  beforeAll(async () => {
    const shared = process.env.REDIS_URL;
    process.env.REDIS_URL = `${redisUrl()}/8`;
    const { AppModule } = await import('./src/app.module.js');
    process.env.REDIS_URL = shared;
    const { TaskClient: Client, TaskWorkerModule } = await import('nestjs-task-queue');
    module = await Test.createTestingModule({ imports: [AppModule, TaskWorkerModule.forRoot()] })
      .setLogger(new RecordedLog())
      .compile();
    await module.init();
    tasks = module.get(Client);
  });
  afterAll(() => module?.close());

  it('gives values back with their types, in the form that the task or the call asks for', async () => {
    const { book } = await import('./src/calls.js');

    expect(
      await book(
        tasks,
        Array.from({ length: 1_000 }, (_, n) => `row ${n}`),
      ),
    ).toEqual({
      confirmation: { at: new Date('2030-05-01T18:00:00Z'), total: 1_500n },
      ticket: 'ticket 7, paid',
      imported: 1_000,
    });
  });
});
