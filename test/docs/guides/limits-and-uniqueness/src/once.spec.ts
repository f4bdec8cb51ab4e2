import { Test } from '@nestjs/testing';
import { TaskClient } from 'nestjs-task-queue';
import { TaskQueueTestingModule, TestQueue } from 'nestjs-task-queue/testing';
import { importDay, ImportTasks } from './import.tasks.js';

it('imports a day once, while it waits and after it has run', async () => {
  const app = await Test.createTestingModule({
    imports: [TaskQueueTestingModule.forRoot({ dedupRetention: '7d' })],
    providers: [ImportTasks],
  }).compile();
  const [tasks, queue] = [app.get(TaskClient), app.get(TestQueue)];

  expect(await importDay(tasks, 'orders', '2030-01-01')).toEqual({ id: 'import-orders-2030-01-01', isNew: true });
  expect((await importDay(tasks, 'orders', '2030-01-01')).isNew).toBe(false);
  await queue.drain();
  await queue.clock.advance('6d');
  expect((await importDay(tasks, 'orders', '2030-01-01')).isNew).toBe(false);

  await queue.clock.advance('2d'); // longer than dedupRetention
  expect((await importDay(tasks, 'orders', '2030-01-01')).isNew).toBe(true);
  await app.close();
});
