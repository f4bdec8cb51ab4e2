import { Inject, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  getTaskClientToken,
  InjectTaskClient,
  Task,
  TaskClient,
  TaskQueueModule,
  TaskWorkerModule,
  type AsyncResult,
  type ClientOptionsInput,
} from 'nestjs-task-queue';
import { boot, bootError, closeAll, RecordedLog } from './support/boot.js';

@Injectable()
class EchoTasks {
  @Task({ name: 'modules.echo' })
  echo(value: string): string {
    return value;
  }
}

@Injectable()
class Producer {
  constructor(private readonly tasks: TaskClient) {}
  send(value: string): Promise<AsyncResult<string>> {
    return this.tasks.for(EchoTasks).echo.delay(value);
  }
}

@Module({ providers: [Producer], exports: [Producer] })
class FeatureModule {}

@Injectable()
class Settings {
  readonly keyPrefix = 'from-settings';
}
@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

describe('TaskQueueModule', () => {
  afterEach(closeAll);

  it('provides the client to every module without an import there', async () => {
    const { app } = await boot({ imports: [FeatureModule] }, { eager: false });
    const sent = await app.get(Producer).send('a');
    expect(await sent.state()).toBe('PENDING');
  });

  it('gets its options from a factory with dependencies', async () => {
    const app = await Test.createTestingModule({
      imports: [
        TaskQueueModule.forRootAsync({
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: async ({ keyPrefix }: Settings): Promise<ClientOptionsInput> => ({ broker: 'memory://', keyPrefix }),
        }),
      ],
    }).compile();
    expect(app.get(TaskClient)).toBeInstanceOf(TaskClient);
    await app.close();
  });

  it('supports several instances, distinguished by name', async () => {
    @Injectable()
    class Both {
      constructor(
        readonly first: TaskClient,
        @InjectTaskClient('reports') readonly second: TaskClient,
      ) {}
    }
    const { app } = await boot({
      imports: [TaskQueueModule.forRootAsync({ name: 'reports', useFactory: () => ({ broker: 'memory://', keyPrefix: 'reports' }) })],
      providers: [Both],
    });
    const { first, second } = app.get(Both);
    expect(first).not.toBe(second);
    expect(app.get(getTaskClientToken('reports'))).toBe(second);
    expect(app.get(getTaskClientToken())).toBe(first);
  });

  it('refuses two instances of one name, in whichever way they are written', async () => {
    const again = TaskQueueModule.forRootAsync({ useFactory: () => ({ broker: 'memory://' }) });
    expect(await bootError({ imports: [again] })).toMatchObject({ code: 'DUPLICATE_CLIENT', instance: 'default' });
    const named = () => TaskQueueModule.forRoot({ name: 'reports', broker: 'memory://' });
    expect(await bootError({ imports: [named(), named()] })).toMatchObject({ code: 'DUPLICATE_CLIENT', instance: 'reports' });
  });

  it('can be kept to the modules that import it', async () => {
    @Module({ imports: [TaskQueueModule.forRoot({ name: 'local', isGlobal: false, broker: 'memory://' })], exports: [TaskQueueModule] })
    class Local {}
    @Injectable()
    class Outside {
      constructor(@Inject(getTaskClientToken('local')) readonly tasks: TaskClient) {}
    }
    @Module({ providers: [Outside] })
    class Stranger {}
    await expect(boot({ imports: [Local, Stranger] })).rejects.toThrow(/can't resolve dependencies of the Outside/);
  });

  it('refuses unknown options and invalid values', async () => {
    expect(await bootError({}, { publishTimout: '5s' } as never)).toMatchObject({
      code: 'UNKNOWN_OPTION',
      message: "TaskQueueModule.forRoot has no option 'publishTimout'. Did you mean 'publishTimeout'?",
    });
    expect(await bootError({}, { resultExpires: 'soon' })).toMatchObject({ code: 'INVALID_OPTION', option: 'resultExpires' });
    expect(await bootError({}, { broker: 'rabbit://localhost' })).toMatchObject({ code: 'INVALID_BROKER_URL' });
  });

  it('runs nothing by itself: it is a producer', async () => {
    const { tasks, app } = await boot({ providers: [EchoTasks] });
    const sent = await tasks.for(EchoTasks).echo.delay('a');
    await app.close();
    expect(sent.deduplicated).toBe(false);
  });

  it('finds local handlers in eager mode without a worker', async () => {
    const { tasks } = await boot({ providers: [EchoTasks] }, { eager: true });
    expect(await (await tasks.for(EchoTasks).echo.delay('a')).get()).toBe('a');
  });

  it('names the task that has no handler here', async () => {
    const { tasks } = await boot({});
    await expect(tasks.for(EchoTasks).echo.apply('a')).rejects.toMatchObject({ code: 'TASK_NOT_LOCAL', task: 'modules.echo' });
  });
});

describe('TaskWorkerModule', () => {
  afterEach(closeAll);

  it('runs the tasks of the application', async () => {
    const { tasks } = await boot({ imports: [TaskWorkerModule.forRoot({ concurrency: 2 })], providers: [EchoTasks] });
    const sent = await tasks.for(EchoTasks).echo.delay('a');
    expect(await sent.get({ timeout: '5s' })).toBe('a');
  });

  it('consumes the queues of its tasks beside the default one', async () => {
    @Injectable()
    class MailTasks {
      @Task({ name: 'modules.mail', queue: 'mail' })
      send(to: string): string {
        return to;
      }
    }
    const { tasks } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [MailTasks, EchoTasks] });
    const sent = [await tasks.for(MailTasks).send.delay('ada'), await tasks.for(EchoTasks).echo.delay('a')];
    expect(await Promise.all(sent.map((one) => one.get({ timeout: '5s' })))).toEqual(['ada', 'a']);
  });

  it('serves a named instance, with options from a factory', async () => {
    const { app } = await boot({
      imports: [
        TaskQueueModule.forRoot({ name: 'reports', broker: 'memory://', keyPrefix: 'named-worker' }),
        TaskWorkerModule.forRootAsync({ client: 'reports', useFactory: () => ({ concurrency: 1 }) }),
      ],
      providers: [EchoTasks],
    });
    const tasks = app.get<TaskClient>(getTaskClientToken('reports'));
    expect(await (await tasks.for(EchoTasks).echo.delay('a')).get({ timeout: '5s' })).toBe('a');
  });

  it('refuses a queue that is declared nowhere', async () => {
    const error = await bootError({ imports: [TaskWorkerModule.forRoot({ queues: ['hihg'] })] }, { queues: ['high', 'low'] });
    expect(error).toMatchObject({ code: 'QUEUE_UNKNOWN', message: expect.stringContaining("Did you mean 'high'?") });
  });

  it('refuses options that do not exist', async () => {
    const error = await bootError({ imports: [TaskWorkerModule.forRoot({ concurency: 2 } as never)] });
    expect(error.message).toBe("TaskWorkerModule.forRoot has no option 'concurency'. Did you mean 'concurrency'?");
  });

  it('warns if it has no task', async () => {
    const { log } = await boot({ imports: [TaskWorkerModule.forRoot()] });
    expect(log.messages('warn')).toContainEqual(expect.stringContaining('this worker knows no task'));
  });

  it('needs a TaskQueueModule', async () => {
    const compiling = Test.createTestingModule({ imports: [TaskWorkerModule.forRoot()] })
      .setLogger(new RecordedLog())
      .compile();
    await expect(compiling).rejects.toThrow(/TaskQueueInstance:default/);
  });
});
