import { Controller, Injectable, Module, UseGuards, type CanActivate } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Task, TaskDefaults, TaskWorkerModule, type DuplicateTaskError } from 'nestjs-task-queue';
import { TaskExplorer } from '../../libs/task-queue/src/nest/discovery/task.explorer.js';
import { boot, bootError, closeAll } from './support/boot.js';

@Injectable()
class MailTasks {
  @Task({ name: 'mail.send' })
  send(to: string): string {
    return `to ${to}`;
  }
}

@Module({ providers: [MailTasks], exports: [MailTasks] })
class MailModule {}

@Module({ providers: [MailTasks] })
class OtherMailModule {}

const EAGER = { eager: true } as const;

describe('discovery of tasks', () => {
  afterEach(closeAll);

  it('finds those of providers and controllers, wherever they are provided', async () => {
    @Controller()
    class MailController {
      @Task({ name: 'mail.from_controller' })
      send(): string {
        return 'controller';
      }
    }
    const { app, tasks } = await boot({ imports: [MailModule], controllers: [MailController] }, EAGER);
    expect(app.get(TaskExplorer, { strict: false }).explore().names().sort()).toEqual(['mail.from_controller', 'mail.send']);
    expect(await tasks.for(MailController).send.apply()).toBe('controller');
    expect(await tasks.for(MailTasks).send.apply('ada')).toBe('to ada');
  });

  it('skips aliases and factories that hand out the same instance', async () => {
    const providers = [
      { provide: 'ALIAS', useExisting: MailTasks },
      { provide: 'SAME', useFactory: (tasks: MailTasks) => tasks, inject: [MailTasks] },
      MailTasks,
    ];
    const { tasks } = await boot({ providers }, EAGER);
    expect(await tasks.for(MailTasks).send.apply('ada')).toBe('to ada');
  });

  it('finds those of an instance that a factory makes', async () => {
    const { tasks } = await boot({ providers: [{ provide: 'MAIL', useFactory: () => new MailTasks() }] }, EAGER);
    expect(await tasks.sendTask('mail.send', ['ada']).then((sent) => sent.get())).toBe('to ada');
  });

  it('refuses a class that two modules provide, and names both', async () => {
    const error = await bootError({ imports: [MailModule, OtherMailModule] }, EAGER);
    expect(error).toMatchObject({ code: 'DUPLICATE_TASK', task: 'mail.send' } satisfies Partial<DuplicateTaskError>);
    expect(error.message).toContain('MailTasks.send in MailModule and MailTasks.send in OtherMailModule');
  });

  it('refuses two tasks of one name', async () => {
    @Injectable()
    class SameName {
      @Task({ name: 'mail.send' })
      other(): void {}
    }
    const error = await bootError({ imports: [MailModule], providers: [SameName] }, EAGER);
    expect(error.code).toBe('DUPLICATE_TASK');
    expect(error.message).toContain('SameName.other');
  });

  it('refuses a subclass beside its base unless it names its tasks itself', async () => {
    @Injectable()
    class Special extends MailTasks {}
    expect((await bootError({ providers: [MailTasks, Special] }, EAGER)).code).toBe('DUPLICATE_TASK');

    @Injectable()
    class Named extends MailTasks {
      @Task({ name: 'mail.send_named' })
      override send(to: string): string {
        return `named ${super.send(to)}`;
      }
    }
    const { tasks } = await boot({ providers: [MailTasks, Named] }, EAGER);
    expect(await tasks.for(Named).send.apply('ada')).toBe('named to ada');
    expect(await tasks.for(MailTasks).send.apply('ada')).toBe('to ada');
  });

  it('merges @TaskDefaults down the chain, and keeps the base’s options for an override', async () => {
    @TaskDefaults({ maxRetries: 10, queue: 'low', retryBackoff: true })
    abstract class Base {
      @Task({ name: 'inherited.run', priority: 7 })
      run(): string {
        return 'base';
      }
    }
    @Injectable()
    @TaskDefaults({ queue: 'high' })
    class Derived extends Base {
      override run(): string {
        return 'derived';
      }
    }
    const { app, tasks } = await boot({ providers: [Derived] }, EAGER);
    expect(await tasks.for(Derived).run.apply()).toBe('derived');
    const handler = app.get(TaskExplorer, { strict: false }).explore().get('inherited.run');
    expect(handler?.options).toMatchObject({ maxRetries: 10, queue: 'high', priority: 7, retryBackoff: 1_000 });
  });

  it('finds a task below a decorator that replaces the method', async () => {
    const loud = (_target: object, _method: string, descriptor: PropertyDescriptor): void => {
      const original = descriptor.value as (...args: unknown[]) => unknown;
      descriptor.value = function (this: unknown, ...args: unknown[]) {
        return `${String(original.apply(this, args))}!`;
      };
    };
    @Injectable()
    class WrappedTasks {
      @loud
      @Task({ name: 'wrapped.run' })
      run(word: string): string {
        return word;
      }
    }
    const { tasks } = await boot({ providers: [WrappedTasks] }, EAGER);
    expect(await tasks.for(WrappedTasks).run.apply('hey')).toBe('hey!');
  });

  it('refuses a guard class on a handler that Nest does not construct, where it would silently not run', async () => {
    class Never implements CanActivate {
      canActivate = () => false;
    }
    class MadeByHand {
      @Task({ name: 'by_hand.run' })
      @UseGuards(Never)
      run(): void {}
    }
    const error = await bootError({ providers: [{ provide: 'HAND', useValue: new MadeByHand() }] }, EAGER);
    expect(error).toMatchObject({ code: 'INVALID_HANDLER', message: expect.stringContaining('Never would not run') });
  });

  it('refuses unknown options with "did you mean"', async () => {
    @Injectable()
    class Mistyped {
      @Task({ name: 'mistyped.run', maxRetrys: 3 } as never)
      run(): void {}
    }
    const error = await bootError({ providers: [Mistyped] }, EAGER);
    expect(error.code).toBe('UNKNOWN_OPTION');
    expect(error.message).toBe("@Task on Mistyped.run has no option 'maxRetrys'. Did you mean 'maxRetries'?");
  });

  it('refuses unknown options of @TaskDefaults, naming the class', async () => {
    @Injectable()
    @TaskDefaults({ que: 'low' } as never)
    class Mistyped {
      @Task({ name: 'mistyped.run' })
      run(): void {}
    }
    expect((await bootError({ providers: [Mistyped] }, EAGER)).message).toBe(
      "@TaskDefaults on Mistyped has no option 'que'. Did you mean 'queue'?",
    );
  });

  it('refuses an invalid value of an option', async () => {
    @Injectable()
    class TooUrgent {
      @Task({ name: 'urgent.run', priority: 10 })
      run(): void {}
    }
    expect(await bootError({ providers: [TooUrgent] }, EAGER)).toMatchObject({ code: 'INVALID_OPTION', option: 'priority' });
  });

  it('refuses @Task without a name, on a static method or under a symbol', async () => {
    @Injectable()
    class Nameless {
      @Task({} as never)
      run(): void {}
    }
    expect((await bootError({ providers: [Nameless] }, EAGER)).code).toBe('INVALID_OPTION');
    expect(() => {
      class Static {
        @Task({ name: 'static.run' })
        static run(): void {}
      }
      return Static;
    }).toThrow('@Task on Static.run: a task is a method of an instance');
  });

  it('refuses options that the worker’s pool does not support', async () => {
    @Injectable()
    class Limited {
      @Task({ name: 'limited.run', timeLimit: '1m' })
      run(): void {}
    }
    const error = await bootError({ imports: [TaskWorkerModule.forRoot()], providers: [Limited] });
    expect(error).toMatchObject({ code: 'UNSUPPORTED_OPTION', message: expect.stringContaining("Task 'limited.run' (Limited.run in") });
  });

  it('costs a producer nothing: without a worker, handlers are looked for when one is first needed', async () => {
    const { tasks } = await boot({ imports: [MailModule, OtherMailModule] });
    await expect(tasks.for(MailTasks).send.apply('ada')).rejects.toMatchObject({ code: 'DUPLICATE_TASK' });
    await expect(tasks.for(MailTasks).send.apply('ada')).rejects.toMatchObject({ code: 'DUPLICATE_TASK' });
  });
});
