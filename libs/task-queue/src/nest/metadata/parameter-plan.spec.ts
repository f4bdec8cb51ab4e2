import { Body, createParamDecorator } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { TaskContext } from '../../core/ports/task/task-context.js';
import type { Injected } from '../../core/ports/task/brands.js';
import { Ctx } from '../decorators/parameter.decorators.js';
import { argumentMetadata } from './argument-metadata.js';
import { isPlain, parameterOf, planParameters } from './parameter-plan.js';
import { Task } from '../decorators/task.decorator.js';

const Tenant = createParamDecorator(() => 'acme');
const pipe = { transform: (value: unknown) => value };

class Tasks {
  @Task({ name: 'mixed' })
  mixed(_ctx: TaskContext, _id: string, @Tenant() _tenant: Injected<string>, @Body(pipe) _count: number, ..._rest: string[]): void {}

  @Task({ name: 'decorated_context' })
  decoratedContext(@Ctx() _ctx: TaskContext, _id: string): void {}

  @Task({ name: 'defaults' })
  defaults(_id: string, _limit = 10): void {}
}

const planOf = (method: keyof Tasks) => planParameters(Tasks, method, method);

describe('planParameters', () => {
  it('tells arguments, contexts and custom parameters apart', () => {
    const plan = planOf('mixed');
    expect(plan).toMatchObject({ positions: [1, 3, 4], contexts: [0], count: 5, required: 4 });
    expect(Object.values(plan.custom).map(({ index }) => index)).toEqual([2]);
    expect([...plan.decorated.keys()]).toEqual([3]);
  });

  it('puts arguments beyond the parameters behind them, where a rest parameter takes them', () => {
    const plan = planOf('mixed');
    expect([0, 1, 2, 3, 4].map((k) => parameterOf(plan, k))).toEqual([1, 3, 4, 5, 6]);
  });

  it('counts a decorated and typed context once', () => {
    expect(planOf('decoratedContext')).toMatchObject({ positions: [1], contexts: [0] });
  });

  it('is plain only where neither decorator nor pipe has a say', () => {
    expect([planOf('mixed'), planOf('decoratedContext'), planOf('defaults')].map(isPlain)).toEqual([false, true, true]);
  });
});

describe('argumentMetadata', () => {
  it('leaves out what was not given and the method defaults itself', () => {
    expect(Object.values(argumentMetadata(planOf('defaults'), 1)).map(({ index }) => index)).toEqual([0]);
    expect(Object.values(argumentMetadata(planOf('defaults'), 2)).map(({ index }) => index)).toEqual([0, 1]);
  });

  it('keeps a required parameter that was not given, so that its pipes see it', () => {
    expect(Object.keys(argumentMetadata(planOf('defaults'), 0))).toEqual(['3:0']);
  });

  it('keeps pipes with their parameter', () => {
    const metadata = argumentMetadata(planOf('mixed'), 2);
    expect(metadata['3:3']).toEqual({ index: 3, data: 1, pipes: [pipe] });
    expect(metadata['3:1']).toEqual({ index: 1, data: 0, pipes: [] });
  });
});
