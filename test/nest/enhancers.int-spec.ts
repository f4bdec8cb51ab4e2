import {
  Body,
  createParamDecorator,
  ForbiddenException,
  Inject,
  Injectable,
  ParseIntPipe,
  SetMetadata,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type ArgumentMetadata,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, Reflector } from '@nestjs/core';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Task, TaskContext, TaskWorkerModule, type Injected } from 'nestjs-task-queue';
import { map, of, type Observable } from 'rxjs';
import { boot, bootError, closeAll } from './support/boot.js';

const Trace = Symbol('Trace');
type TraceLog = string[];

@Injectable()
class TracingGuard implements CanActivate {
  constructor(
    @Inject(Trace) private readonly trace: TraceLog,
    private readonly reflector: Reflector,
  ) {}
  canActivate(context: ExecutionContext): boolean {
    const [args, ctx] = [context.switchToRpc().getData<unknown[]>(), context.switchToRpc().getContext<TaskContext>()];
    const roles = this.reflector.getAllAndOverride<string[]>('roles', [context.getHandler(), context.getClass()]);
    this.trace.push(
      `guard ${context.getType()} ${context.getClass().name}.${context.getHandler().name} ${JSON.stringify(args)} ${ctx.task} ${roles.join()}`,
    );
    return args[0] !== 'forbidden';
  }
}

@Injectable()
class TracingInterceptor implements NestInterceptor {
  constructor(@Inject(Trace) private readonly trace: TraceLog) {}
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    this.trace.push(`before ${context.getType()}`);
    return next.handle().pipe(map((value) => `<${String(value)}>`));
  }
}

@Injectable()
class TrimPipe implements PipeTransform {
  constructor(@Inject(Trace) private readonly trace: TraceLog) {}
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    this.trace.push(`pipe ${type} ${metatype?.name}`);
    return typeof value === 'string' ? value.trim() : value;
  }
}

const Tenant = createParamDecorator(
  (field: string, context: ExecutionContext) => context.switchToRpc().getContext<TaskContext>().headers[field],
);

@Injectable()
@UseGuards(TracingGuard)
@SetMetadata('roles', ['class'])
class GuardedTasks {
  @Task({ name: 'guarded.class' })
  onClass(word: string): string {
    return word;
  }

  @Task({ name: 'guarded.method' })
  @UseInterceptors(TracingInterceptor)
  @SetMetadata('roles', ['method'])
  onMethod(word: string): string {
    return word;
  }

  @Task({ name: 'guarded.none' })
  nothing(...words: string[]): number {
    return words.length;
  }
}

@Injectable()
@UsePipes(TrimPipe)
class PipedTasks {
  @Task({ name: 'piped.all' })
  all(first: string, count: number, ctx: TaskContext): unknown[] {
    return [first, count, ctx instanceof TaskContext];
  }

  @Task({ name: 'piped.parameter' })
  parameter(@Body(ParseIntPipe) count: number, @Tenant('tenant') tenant: Injected<string>): unknown[] {
    return [count, tenant];
  }

  @Task({ name: 'piped.observable' })
  @UseInterceptors(TracingInterceptor)
  last(): Observable<number> {
    return of(1, 2, 3);
  }
}

function parts(...providers: (new (...args: never[]) => object)[]) {
  const trace: TraceLog = [];
  return { trace, providers: [...providers, { provide: Trace, useValue: trace }] };
}

describe('enhancers of tasks', () => {
  afterEach(closeAll);

  it('run guards of the class, with DI, the context type task, the arguments, the context and the metadata', async () => {
    const { trace, providers } = parts(GuardedTasks);
    const { tasks } = await boot({ providers });
    expect(await tasks.for(GuardedTasks).onClass.apply('a')).toBe('a');
    expect(trace).toEqual(['guard task GuardedTasks.onClass ["a"] guarded.class class']);
  });

  it('a guard can refuse a run before the method is called', async () => {
    const { tasks } = await boot({ providers: parts(GuardedTasks).providers });
    await expect(tasks.for(GuardedTasks).onClass.apply('forbidden')).rejects.toThrow(ForbiddenException);
  });

  it('run guards of a method without parameters, and leave its arguments empty', async () => {
    const { trace, providers } = parts(GuardedTasks);
    const { tasks } = await boot({ providers });
    expect(await tasks.for(GuardedTasks).nothing.apply()).toBe(0);
    expect(await tasks.for(GuardedTasks).nothing.apply('a', 'b')).toBe(2);
    expect(trace).toEqual([
      'guard task GuardedTasks.nothing [] guarded.none class',
      'guard task GuardedTasks.nothing ["a","b"] guarded.none class',
    ]);
  });

  it('run interceptors of the method after guards, and store the result they return', async () => {
    const { trace, providers } = parts(GuardedTasks);
    const { tasks } = await boot({ providers });
    expect(await tasks.for(GuardedTasks).onMethod.apply('a')).toBe('<a>');
    expect(trace).toEqual(['guard task GuardedTasks.onMethod ["a"] guarded.method method', 'before task']);
  });

  it('run pipes of the class for every argument with its type, and for the context as a custom one', async () => {
    const { trace, providers } = parts(PipedTasks);
    const { tasks } = await boot({ providers });
    expect(await tasks.for(PipedTasks).all.apply(' a ', 2)).toEqual(['a', 2, true]);
    expect(trace.sort()).toEqual(['pipe body Number', 'pipe body String', 'pipe custom TaskContext']);
  });

  it('run pipes of a parameter, beside parameters that custom decorators fill', async () => {
    const { tasks } = await boot({ providers: parts(PipedTasks).providers }, { eager: true, eagerPropagates: true });
    const sent = await tasks.sendTask('piped.parameter', ['42'], { headers: { tenant: 'acme' } });
    expect(await sent.get()).toEqual([42, 'acme']);
    await expect(tasks.sendTask('piped.parameter', ['many'])).rejects.toThrow('numeric string is expected');
  });

  it('take the last value of an Observable', async () => {
    const { tasks } = await boot({ providers: parts(PipedTasks).providers });
    expect(await tasks.for(PipedTasks).last.apply()).toBe('<3>');
  });
});

describe('global enhancers', () => {
  afterEach(closeAll);

  @Injectable()
  class PlainTasks {
    @Task({ name: 'plain.echo' })
    echo(value: string): string {
      return value;
    }
  }

  const globals = (ran: string[]) => [
    { provide: APP_GUARD, useValue: { canActivate: () => ran.push('guard') > 0 } },
    { provide: APP_INTERCEPTOR, useValue: { intercept: (_: unknown, next: CallHandler) => (ran.push('interceptor'), next.handle()) } },
    { provide: APP_PIPE, useValue: { transform: (value: unknown) => (ran.push('pipe'), value) } },
    { provide: APP_FILTER, useValue: { catch: () => ran.push('filter') } },
  ];

  it('stay out of tasks', async () => {
    const ran: string[] = [];
    const { tasks } = await boot({ providers: [PlainTasks, ...globals(ran)] });
    expect(await tasks.for(PlainTasks).echo.apply('a')).toBe('a');
    expect(ran).toEqual([]);
  });

  it('stay out of tasks that have enhancers of their own', async () => {
    const ran: string[] = [];
    const { trace, providers } = parts(GuardedTasks);
    const { tasks } = await boot({ providers: [...providers, ...globals(ran)] });
    await tasks.for(GuardedTasks).onMethod.apply('a');
    expect(ran).toEqual([]);
    expect(trace).toHaveLength(2);
  });

  it('run with globalEnhancers: true', async () => {
    const ran: string[] = [];
    const { tasks } = await boot({
      imports: [TaskWorkerModule.forRoot({ globalEnhancers: true })],
      providers: [PlainTasks, ...globals(ran)],
    });
    expect(await tasks.for(PlainTasks).echo.apply('a')).toBe('a');
    expect(ran).toEqual(['guard', 'interceptor', 'pipe']);
  });

  it('fail the boot when one is request-scoped', async () => {
    @Injectable({ scope: 2 })
    class RequestGuard implements CanActivate {
      canActivate = () => true;
    }
    const providers = [PlainTasks, { provide: APP_GUARD, useClass: RequestGuard }];
    const error = await bootError({ imports: [TaskWorkerModule.forRoot({ globalEnhancers: true })], providers });
    expect(error).toMatchObject({ code: 'UNSUPPORTED_OPTION', message: expect.stringContaining('request-scoped') });
  });
});
