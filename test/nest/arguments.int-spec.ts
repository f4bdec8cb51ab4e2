import {
  Body,
  createParamDecorator,
  DefaultValuePipe,
  Injectable,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Ctx, Task, TaskContext, type Injected } from 'nestjs-task-queue';
import type { TaskContext as ContextType } from 'nestjs-task-queue';
import { boot, bootError, closeAll } from './support/boot.js';

@Injectable()
class StraightTasks {
  @Task({ name: 'arguments.rest' })
  rest(first: string, ...others: number[]): unknown[] {
    return [first, ...others];
  }

  @Task({ name: 'arguments.defaults' })
  defaults(first: string, second = 'two', third = 3): unknown[] {
    return [first, second, third];
  }

  @Task({ name: 'arguments.optional' })
  optional(first: string, second?: string): unknown[] {
    return [first, second === undefined];
  }

  @Task({ name: 'arguments.context_between' })
  contextBetween(first: string, ctx: TaskContext, second: number): unknown[] {
    return [first, ctx.task, second];
  }

  @Task({ name: 'arguments.context_first' })
  contextFirst(@Ctx() ctx: TaskContext, first: string): unknown[] {
    return [ctx.task, first];
  }

  @Task({ name: 'arguments.context_only' })
  contextOnly(ctx: TaskContext): string {
    return ctx.task;
  }

  @Task({ name: 'arguments.context_and_rest' })
  contextAndRest(ctx: TaskContext, ...others: string[]): unknown[] {
    return [ctx.task, ...others];
  }

  @Task({ name: 'arguments.none' })
  none(...received: unknown[]): unknown[] {
    return received;
  }

  @Task({ name: 'arguments.rest_of_nothing' })
  noParameters(): number {
    // oxlint-disable-next-line prefer-rest-params -- what really arrived is the question
    return arguments.length;
  }
}

class PassThrough implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle();
  }
}

class PassOn implements PipeTransform {
  transform(value: unknown): unknown {
    return value;
  }
}

@Injectable()
@UseInterceptors(PassThrough)
@UsePipes(PassOn)
class ThroughNestTasks extends StraightTasks {}

describe.each([
  ['called straight', StraightTasks],
  ['called through Nest', ThroughNestTasks],
])('arguments of a handler %s', (_, target) => {
  afterEach(closeAll);
  const bootTasks = async () => (await boot({ providers: [target] })).tasks.for<StraightTasks>(target);

  it('fill rest parameters with the given arguments, also with none', async () => {
    const tasks = await bootTasks();
    expect(await tasks.rest.apply('a')).toEqual(['a']);
    expect(await tasks.rest.apply('a', 1)).toEqual(['a', 1]);
    expect(await tasks.rest.apply('a', 1, 2, 3)).toEqual(['a', 1, 2, 3]);
    expect(await tasks.none.apply()).toEqual([]);
  });

  it('leave defaults to the method', async () => {
    const tasks = await bootTasks();
    expect(await tasks.defaults.apply('a')).toEqual(['a', 'two', 3]);
    expect(await tasks.defaults.apply('a', 'b')).toEqual(['a', 'b', 3]);
    expect(await tasks.defaults.apply('a', 'b', 4)).toEqual(['a', 'b', 4]);
    expect(await tasks.optional.apply('a')).toEqual(['a', true]);
  });

  it('put the context where the method has it', async () => {
    const tasks = await bootTasks();
    expect(await tasks.contextBetween.apply('a', 2)).toEqual(['a', 'arguments.context_between', 2]);
    expect(await tasks.contextFirst.apply('a')).toEqual(['arguments.context_first', 'a']);
    expect(await tasks.contextOnly.apply()).toBe('arguments.context_only');
    expect(await tasks.contextAndRest.apply('a', 'b')).toEqual(['arguments.context_and_rest', 'a', 'b']);
    expect(await tasks.contextAndRest.apply()).toEqual(['arguments.context_and_rest']);
  });

  it('pass nothing to a method without parameters', async () => {
    const tasks = await bootTasks();
    expect(await tasks.noParameters.apply()).toBe(0);
  });

  it('serve more different counts than are remembered', async () => {
    const tasks = await bootTasks();
    for (let count = 0; count < 50; count++) {
      expect(await tasks.rest.apply('a', ...Array.from({ length: count }, (__, index) => index))).toHaveLength(count + 1);
    }
  });
});

const Tenant = createParamDecorator((_field: string, context: ExecutionContext) => context.getType());

describe('parameters of tasks', () => {
  afterEach(closeAll);

  it('that were not given still pass their own pipe', async () => {
    @Injectable()
    class PipedTasks {
      @Task({ name: 'parameters.piped' })
      run(@Body(new DefaultValuePipe('everybody')) who?: string): string {
        return `hello ${who}`;
      }
    }
    const { tasks } = await boot({ providers: [PipedTasks] });
    expect(await tasks.for(PipedTasks).run.apply()).toBe('hello everybody');
    expect(await tasks.for(PipedTasks).run.apply('Ada')).toBe('hello Ada');
  });

  it('that a custom decorator fills are not arguments, and do not shift the others', async () => {
    @Injectable()
    class CustomTasks {
      @Task({ name: 'parameters.custom' })
      run(@Tenant('x') tenant: Injected<string>, id: string, ctx: TaskContext, count: number): unknown[] {
        return [tenant, id, ctx.task, count];
      }
    }
    const { tasks } = await boot({ providers: [CustomTasks] });
    expect(await tasks.for(CustomTasks).run.apply('a', 1)).toEqual(['task', 'a', 'parameters.custom', 1]);
  });

  it('that a custom decorator fills must be typed Injected', async () => {
    @Injectable()
    class Unbranded {
      @Task({ name: 'parameters.unbranded' })
      run(id: string, @Tenant('x') tenant: string): string {
        return id + tenant;
      }
    }
    const error = await bootError({ providers: [Unbranded] }, { eager: true });
    expect(error).toMatchObject({ code: 'INVALID_HANDLER' });
    expect(error.message).toBe(
      "@Task 'parameters.unbranded' (Unbranded.run): parameter 2 is filled by a decorator, but its type is String. " +
        'Type it Injected<…>, so that callers do not have to pass it.',
    );
  });

  it('with @Ctx() may have the class imported as a type only', async () => {
    @Injectable()
    class TypeOnly {
      @Task({ name: 'parameters.type_only' })
      run(@Ctx() ctx: ContextType, id: string): unknown[] {
        return [ctx.task, id];
      }
    }
    const { tasks } = await boot({ providers: [TypeOnly] });
    expect(await tasks.for(TypeOnly).run.apply('a')).toEqual(['parameters.type_only', 'a']);
  });

  it('with @Ctx() must be typed TaskContext', async () => {
    class Context {}
    @Injectable()
    class OtherContext {
      @Task({ name: 'parameters.other_context' })
      run(@Ctx() ctx: Context): boolean {
        return ctx instanceof Context;
      }
    }
    expect((await bootError({ providers: [OtherContext] }, { eager: true })).message).toContain(
      'parameter 1 is filled by @Ctx(), but its type is Context. Type it TaskContext.',
    );
  });
});
