import { Inject, Injectable, Scope } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Listeners,
  OnSignal,
  OnTask,
  Task,
  TaskContext,
  TaskWorkerModule,
  type SignalName,
  type SignalPayloads,
  type TaskErrorReport,
  type TaskHookEvents,
} from 'nestjs-task-queue';
import { boot, bootError, closeAll } from './support/boot.js';

class SmtpError extends Error {}

@Injectable()
class Journal {
  readonly lines: string[] = [];
}

@Injectable()
abstract class Watched {
  constructor(@Inject(Journal) protected readonly journal: Journal) {}

  @OnTask('beforeStart')
  protected started({ context }: TaskHookEvents['beforeStart']): void {
    this.journal.lines.push(`start ${context.task} ${context.args.join()}`);
  }

  @OnTask('failure')
  protected async failed({ context, error }: TaskHookEvents['failure']): Promise<void> {
    this.journal.lines.push(`failure ${context.task} ${String(error)}`);
  }
}

@Injectable()
class MailTasks extends Watched {
  @Task({ name: 'mail.send' })
  send(to: string): string {
    this.journal.lines.push(`run ${to}`);
    if (to === 'nobody') throw new SmtpError('no mailbox');
    return `sent to ${to}`;
  }

  @OnTask('success')
  @OnTask('afterReturn')
  ended(event: TaskHookEvents['success'] | TaskHookEvents['afterReturn']): void {
    this.journal.lines.push(`${'state' in event ? event.state : 'success'} ${JSON.stringify('result' in event ? event.result : null)}`);
  }

  protected override started(event: TaskHookEvents['beforeStart']): void {
    super.started(event);
    this.journal.lines.push('overridden');
  }
}

@Injectable()
class OtherTasks {
  @Task({ name: 'other.run' })
  run(): void {}
}

describe('@OnTask', () => {
  afterEach(closeAll);

  it('calls the hooks of a class and its bases in the runs of its own tasks only', async () => {
    const { app, tasks } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [Journal, MailTasks, OtherTasks] });
    await (await tasks.for(OtherTasks).run.delay()).get();
    await (await tasks.for(MailTasks).send.delay('ada')).get();
    expect(app.get(Journal).lines).toEqual([
      'start mail.send ada',
      'overridden',
      'run ada',
      'success "sent to ada"',
      'SUCCESS "sent to ada"',
    ]);
  });

  it('reports failures', async () => {
    const { app, tasks } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [Journal, MailTasks] });
    await (await tasks.for(MailTasks).send.delay('nobody')).get({ propagate: false });
    expect(app.get(Journal).lines).toContain('failure mail.send Error: no mailbox');
    expect(app.get(Journal).lines.at(-1)).toBe('FAILURE null');
  });

  it.each([
    ['request-scoped', Scope.REQUEST],
    ['transient', Scope.TRANSIENT],
  ])('calls them on the very instance of a %s class that runs the task', async (_, scope) => {
    let made = 0;
    @Injectable({ scope })
    class ScopedTasks {
      readonly id = ++made;
      constructor(@Inject(Journal) private readonly journal: Journal) {}
      @OnTask('beforeStart')
      start(): void {
        this.journal.lines.push(`start ${this.id}`);
      }
      @Task({ name: 'scoped.run' })
      run(): void {
        this.journal.lines.push(`run ${this.id}`);
      }
      @OnTask('afterReturn')
      end(): void {
        this.journal.lines.push(`end ${this.id}`);
      }
    }
    const { app, tasks } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [Journal, ScopedTasks] });
    made = 0;
    await (await tasks.for(ScopedTasks).run.delay()).get();
    await (await tasks.for(ScopedTasks).run.delay()).get();
    expect(app.get(Journal).lines).toEqual(['start 1', 'run 1', 'end 1', 'start 2', 'run 2', 'end 2']);
  });

  it('runs in eager mode and apply(), and tasks it sends belong to the task', async () => {
    const { app, tasks } = await boot({ providers: [Journal, MailTasks] });
    await expect(tasks.for(MailTasks).send.apply('ada')).resolves.toBe('sent to ada');
    expect(app.get(Journal).lines).toHaveLength(5);
  });

  it('that throws is logged and counted, and the task succeeds', async () => {
    @Injectable()
    class Broken {
      @Task({ name: 'broken.run' })
      run(): string {
        return 'done';
      }
      @OnTask('success')
      cheer(): never {
        throw new TypeError('bug in the hook');
      }
    }
    const { app, tasks, log } = await boot({ imports: [TaskWorkerModule.forRoot()], providers: [Broken] });
    expect(await (await tasks.for(Broken).run.delay()).get()).toBe('done');
    expect(app.get(Listeners, { strict: false }).failures).toEqual(new Map([['success', 1]]));
    expect(log.messages('error')).toEqual(['a listener failed; the task and the worker go on']);
  });

  it('fails the boot on a class without tasks, whose hooks would never be called', async () => {
    @Injectable()
    class Idle {
      @OnTask('success')
      never(): void {}
    }
    const error = await bootError({ imports: [TaskWorkerModule.forRoot()], providers: [Idle] });
    expect(error).toMatchObject({ code: 'INVALID_HANDLER' });
    expect(error.message).toContain("@OnTask('success') on Idle.never: it is called for the tasks of its own class, which has none");
  });

  it('refuses an unknown hook and a static method', () => {
    class Idle {}
    const apply = (name: string, target: object, method: string | symbol) => OnTask(name as 'success')(target, method, {});
    expect(() => apply('succes', Idle.prototype, 'run')).toThrow("Did you mean 'success'?");
    expect(() => apply('success', Idle, 'run')).toThrow('a listener is a method of an instance');
    expect(() => apply('success', Idle.prototype, Symbol('run'))).toThrow('under a plain name');
  });
});

describe('@OnSignal', () => {
  afterEach(closeAll);

  @Injectable()
  class Counters {
    readonly seen: string[] = [];

    @OnSignal('before_task_publish')
    stamp({ headers }: SignalPayloads['before_task_publish']): void {
      headers['tenant'] = 'acme';
    }

    @OnSignal('task_success')
    @OnSignal('task_failure')
    count({ task, worker }: SignalPayloads['task_success'] | SignalPayloads['task_failure']): void {
      this.seen.push(`${task} on ${worker}`);
    }

    @OnSignal('worker_ready')
    ready(): void {
      this.seen.push('ready');
    }
  }

  @Injectable()
  class TenantTasks {
    @Task({ name: 'tenant.show' })
    show(ctx: TaskContext): unknown {
      return ctx.headers['tenant'];
    }
  }

  it('calls methods of any provider, of producer and worker alike', async () => {
    const { app, tasks } = await boot({ imports: [TaskWorkerModule.forRoot({ name: 'w1' })], providers: [Counters, TenantTasks] });
    expect(await (await tasks.for(TenantTasks).show.delay()).get()).toBe('acme');
    expect(app.get(Counters).seen).toEqual(['ready', 'tenant.show on w1']);
  });

  it('is called once if an instance is provided twice, and by a subclass as by its base', async () => {
    @Injectable()
    class Derived extends Counters {}
    const { app, tasks } = await boot({
      imports: [TaskWorkerModule.forRoot({ name: 'w1' })],
      providers: [
        TenantTasks,
        Derived,
        { provide: 'alias', useExisting: Derived },
        { provide: 'again', useFactory: (one: Derived) => one, inject: [Derived] },
      ],
    });
    await (await tasks.for(TenantTasks).show.delay()).get();
    expect(app.get(Derived).seen).toEqual(['ready', 'tenant.show on w1']);
  });

  it.each<[string, string]>([
    ['setup_logging', 'it configures logging, which Nest does'],
    ['beat_embedded_init', 'Listen to beat_init'],
    ['eventlet_pool_started', 'there is no eventlet pool'],
    ['heartbeat_sent', 'workers send no heartbeats'],
    ['celeryd_init', 'Configure it in TaskWorkerModule.forRootAsync'],
    ['task_sent', 'Listen to after_task_publish'],
    ['task_succes', "Did you mean 'task_success'?"],
  ])('refuses %s at boot, with the reason', async (name, reason) => {
    @Injectable()
    class Wrong {
      @OnSignal(name as SignalName)
      listen(): void {}
    }
    expect((await bootError({ providers: [Wrong] })).message).toContain(reason);
  });

  it('refuses a request-scoped listener at boot', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Scoped {
      @OnSignal('task_success')
      listen(): void {}
    }
    expect((await bootError({ providers: [Scoped] })).message).toContain('there is no instance to tell');
  });
});

describe('onTaskError', () => {
  afterEach(closeAll);

  it('is made from providers, and gets only the arguments that annotations allow', async () => {
    @Injectable()
    class Tracker {
      readonly reports: TaskErrorReport[] = [];
    }
    @Injectable()
    class LoginTasks {
      @Task({ name: 'login.check' })
      check(_name: string, _password: string): never {
        throw new SmtpError('busy');
      }
    }
    const tracker = new Tracker();
    const { tasks } = await boot(
      {
        imports: [
          TaskWorkerModule.forRootAsync({
            provideInjectionTokensFrom: [{ provide: Tracker, useValue: tracker }],
            inject: [Tracker],
            useFactory: (to: Tracker) => ({ onTaskError: (report: TaskErrorReport) => to.reports.push(report) }),
          }),
        ],
        providers: [LoginTasks],
      },
      { annotations: { 'login.*': { redactArgs: [1] } } },
    );
    await (await tasks.for(LoginTasks).check.delay('ada', 'hunter2')).get({ propagate: false });
    expect(tracker.reports).toMatchObject([{ task: 'login.check', args: ['ada', '[redacted]'], error: expect.any(SmtpError) }]);
  });
});
