import { Injectable, Module } from '@nestjs/common';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  getQueueInstanceToken,
  Task,
  TaskClient,
  TaskDefaults,
  TaskWorkerModule,
  type AnnotationsInput,
  type CallOptions,
  type QueueInstance,
  type TaskDecoratorOptions,
  type WorkerTaskOptions,
} from 'nestjs-task-queue';
import { boot, bootError, closeAll } from './support/boot.js';

class CrmError extends Error {}

@Injectable()
class Config {
  readonly retries = 2;
}

/** Fails until nothing is left to retry, so that its record tells how many retries its options allow. */
function taskClass(options: Partial<TaskDecoratorOptions>, defaults: object = {}) {
  @Injectable()
  @TaskDefaults({ autoretryFor: [CrmError], defaultRetryDelay: 0, ...defaults })
  class CrmTasks {
    @Task({ name: 'crm.sync', ...options })
    sync(): never {
      throw new CrmError('busy');
    }
  }
  return CrmTasks;
}

async function retriesOf(client: TaskClient, name = 'crm.sync'): Promise<number | undefined> {
  const sent = await client.sendTask(name);
  await sent.get({ propagate: false });
  return (await sent.record())?.retries;
}

describe('options of a task', () => {
  afterEach(closeAll);

  describe('from its useFactory', () => {
    const useFactory = (config: Config) => ({ maxRetries: config.retries });

    it('are made from providers, and win over the options beside it', async () => {
      const { tasks } = await boot({
        imports: [TaskWorkerModule.forRoot()],
        providers: [Config, taskClass({ maxRetries: 0, useFactory, inject: [Config] })],
      });
      expect(await retriesOf(tasks)).toBe(2);
    });

    it('are inherited with the task, and known to apply() as well', async () => {
      const Base = taskClass({ useFactory, inject: [Config] });
      @Injectable()
      class Derived extends Base {
        attempts = 0;
        override sync(): never {
          this.attempts++;
          return super.sync();
        }
      }
      const { app, tasks } = await boot({ providers: [Config, Derived] });
      await expect(tasks.for(Derived).sync.apply()).rejects.toThrow(CrmError);
      expect(app.get(Derived).attempts).toBe(3);
    });

    it('may inject optional dependencies', async () => {
      const make = (config?: Config) => ({ maxRetries: config === undefined ? 1 : 5 });
      const { tasks } = await boot({
        imports: [TaskWorkerModule.forRoot()],
        providers: [taskClass({ useFactory: make, inject: [{ token: Config, optional: true }] })],
      });
      expect(await retriesOf(tasks)).toBe(1);
    });

    it.each<[string, Partial<TaskDecoratorOptions>, string, string]>([
      [
        'a publish-time option',
        { useFactory: () => ({ queue: 'slow' }) as object },
        'UNSUPPORTED_OPTION',
        "Set it in @Task() itself, in a contract, or in 'routes' or 'annotations'",
      ],
      ['a promise', { useFactory: async () => ({ maxRetries: 1 }) as object }, 'INVALID_HANDLER', 'its useFactory gives a promise'],
      ['an unknown option', { useFactory: () => ({ maxRetires: 1 }) as object }, 'UNKNOWN_OPTION', "Did you mean 'maxRetries'?"],
      ['a missing dependency', { useFactory: () => ({}), inject: [Config] }, 'INVALID_HANDLER', 'its useFactory cannot be given Config'],
      ['inject without a factory', { inject: [Config] }, 'INVALID_OPTION', "Option 'inject' must be beside a useFactory"],
    ])('fail the boot with %s', async (_, options, code, message) => {
      const error = await bootError({ imports: [TaskWorkerModule.forRoot()], providers: [taskClass(options)] });
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(message);
    });
  });

  describe('from @TaskDefaults', () => {
    it('are shared policies: a subclass inherits them, and overrides one by one, in Celery’s words or ours', async () => {
      @TaskDefaults({ retry: { on: [CrmError], delay: 0 }, maxRetries: 4 })
      abstract class RetriedForADay {}
      @Injectable()
      @TaskDefaults({ maxRetries: 1 })
      class Tasks extends RetriedForADay {
        @Task({ name: 'crm.as_its_class' })
        asItsClass(): never {
          throw new CrmError('busy');
        }
        @Task({ name: 'crm.more', maxRetries: 2, retryBackoff: 1 })
        more(): never {
          throw new CrmError('busy');
        }
      }
      const { tasks } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [Tasks] });
      expect(await retriesOf(tasks, 'crm.as_its_class')).toBe(1);
      expect(await retriesOf(tasks, 'crm.more')).toBe(2);
    });
  });

  describe('from the worker module', () => {
    @Module({ providers: [Config], exports: [Config] })
    class ConfigModule {}

    it('override by name the options of the task and its factory, from injected configuration', async () => {
      const worker = TaskWorkerModule.forRootAsync({
        imports: [ConfigModule],
        inject: [Config],
        useFactory: (config: Config) => ({ tasks: { 'crm.sync': { maxRetries: config.retries + 1 } } }),
      });
      const { tasks } = await boot({ imports: [worker], providers: [taskClass({ maxRetries: 0, useFactory: () => ({ maxRetries: 1 }) })] });
      expect(await retriesOf(tasks)).toBe(3);
    });

    it.each<[string, Record<string, WorkerTaskOptions>, string, string]>([
      ['a task that nobody declares', { 'crm.sinc': { maxRetries: 1 } }, 'TASK_UNKNOWN', "Did you mean 'crm.sync'?"],
      ['a publish-time option', { 'crm.sync': { queue: 'slow' } as object }, 'UNSUPPORTED_OPTION', 'producers do not see it'],
      ['an unknown option', { 'crm.*': { maxRetires: 1 } as object }, 'UNKNOWN_OPTION', "Did you mean 'maxRetries'?"],
      ['a contradiction with the task', { 'crm.sync': { acksOnFailure: false } }, 'INVALID_OPTION', 'left out when acksLate: false'],
    ])('fail the boot with %s', async (_, tasks, code, message) => {
      const error = await bootError({ imports: [TaskWorkerModule.forRoot({ tasks })], providers: [taskClass({ acksLate: false })] });
      expect(error).toMatchObject({ code });
      expect(error.message).toContain(message);
    });
  });

  describe('from annotations', () => {
    it('reach producers and workers, by pattern and by name, under the worker’s own overrides', async () => {
      const annotations = { '*': { maxRetries: 1, queue: 'slow', priority: 1 }, 'crm.sync': { priority: 7 } };
      const { tasks } = await boot(
        { imports: [TaskWorkerModule.forRoot()], providers: [taskClass({ maxRetries: 9, queue: 'fast' })] },
        { annotations },
      );
      const sent = await tasks.sendTask('crm.sync');
      await sent.get({ propagate: false });
      expect(await sent.record()).toMatchObject({ retries: 1 });
      expect(await publishedTo(annotations)).toEqual({ queue: 'slow', priority: 7 });
    });

    it('yield to the call, and to a route', async () => {
      const annotations = { '*': { queue: 'annotated' } };
      expect(await publishedTo(annotations, { queue: 'called' })).toMatchObject({ queue: 'called' });
      expect(await publishedTo(annotations, {}, { 'crm.*': 'routed' })).toMatchObject({ queue: 'routed' });
    });

    it('hold for apply() and eager mode', async () => {
      const Tasks = taskClass({ maxRetries: 9 });
      const { tasks } = await boot({ providers: [Tasks] }, { eager: true, annotations: { 'crm.*': { maxRetries: 1 } } });
      const sent = await tasks.for(Tasks).sync.delay();
      expect((await sent.record())?.retries).toBe(1);
    });

    it('that are wrong fail the boot of every application', async () => {
      const error = await bootError({}, { annotations: { 'crm.*': { maxRetires: 1 } as object } });
      expect(error.message).toContain("'crm.*' in 'annotations' of TaskQueueModule.forRoot has no option 'maxRetires'");
    });
  });
});

/** Where a call of 'crm.sync' goes that nobody consumes. */
async function publishedTo(annotations: AnnotationsInput, call: CallOptions = {}, routes: Record<string, string> = {}) {
  const Tasks = taskClass({ queue: 'fast' });
  const { tasks, app } = await boot({ providers: [Tasks] }, { annotations, routes });
  const publish = jest.spyOn(app.get<QueueInstance>(getQueueInstanceToken('default') as symbol).transport.broker, 'publish');
  await tasks.for(Tasks).sync.applyAsync([], call);
  const { queue, priority } = publish.mock.calls[0]![0][0]!;
  return { queue, priority };
}
