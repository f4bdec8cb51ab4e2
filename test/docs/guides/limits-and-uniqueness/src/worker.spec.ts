import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { ImportTasks } from './import.tasks.js';
import { ImportsWorkerModule } from './imports-worker.module.js';

it('imports one file after the other', async () => {
  const app = await Test.createTestingModule({ imports: [ImportsWorkerModule, TaskQueueTestingModule.takeOver()] }).compile();
  await app.init();
  for (const day of ['mon', 'tue']) await app.get(TaskClient).for(ImportTasks).run.delay('orders', day);

  const { runs } = await app.get(TestQueue).drain();

  expect(runs.map(({ value }) => value)).toEqual(['orders of mon', 'orders of tue']);
  await app.close();
});
