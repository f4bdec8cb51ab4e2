import { describe, expect, it } from '@jest/globals';
import { Test } from '@nestjs/testing';
import { Task, taskContract, TaskClient, TaskQueueModule, TaskWorkerModule, type ClientOptionsInput } from 'nestjs-task-queue';
import { RecordedLog } from './support/boot.js';

class DateTasks {
  @Task({ name: 'dates.next', serializer: 'yaml' })
  next(date: Date): Date {
    return new Date(date.getTime() + 1);
  }
}

class PickleTasks {
  @Task({ name: 'pickles.eat', serializer: 'pickle' as 'json' })
  eat(): void {}
}

async function boot(options: ClientOptionsInput, ...providers: (new () => object)[]) {
  const imports = [TaskQueueModule.forRoot(options), TaskWorkerModule.forRoot()];
  const module = await Test.createTestingModule({ imports, providers }).setLogger(new RecordedLog()).compile();
  return module.createNestApplication().init();
}

describe('the form of content in an application', () => {
  it('is taken from the decorator or a contract', async () => {
    const app = await boot({ acceptContent: ['json', 'yaml'] }, DateTasks);
    const tasks = app.get(TaskClient);
    const contract = taskContract<DateTasks>()({ next: { name: 'dates.next', serializer: 'yaml' } });
    expect(await (await tasks.for(DateTasks).next.delay(new Date(1))).get()).toEqual(new Date(2));
    expect(await (await tasks.for(contract).next.delay(new Date(1))).get()).toEqual(new Date(2));
    expect(await tasks.for(DateTasks).next.apply(new Date(1))).toEqual(new Date(2));
    await app.close();
  });

  it.each([
    [{}, DateTasks, 'CONTENT_NOT_ACCEPTED', "Task 'dates.next' (DateTasks.next"],
    [{}, PickleTasks, 'SERIALIZER_UNKNOWN', "'pickle' is refused, because decoding it can run code"],
    [{ serializer: 'pickle' as 'json' }, DateTasks, 'SERIALIZER_UNKNOWN', 'TaskQueueModule.forRoot: the serializer'],
  ])('fails the boot where it cannot be: %j %p', async (options, type, code, message) => {
    await expect(boot(options, type)).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });
});
