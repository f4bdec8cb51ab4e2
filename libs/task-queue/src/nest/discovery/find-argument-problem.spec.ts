import { describe, expect, it } from '@jest/globals';
import { Body, Injectable, ParseIntPipe, UsePipes, type PipeTransform } from '@nestjs/common';
import { z } from 'zod';
import { Ctx, FetchedBy } from '../decorators/parameter.decorators.js';
import { findArgumentProblem } from './find-argument-problem.js';
import { Task } from '../decorators/task.decorator.js';
import { TaskContext } from '../../core/ports/task/task-context.js';
import type { Fetched } from '../../core/ports/task/brands.js';

class SchemaPipe implements PipeTransform {
  constructor(private readonly schema: z.ZodType) {}
  transform(value: unknown): unknown {
    return this.schema.parse(value);
  }
}

@Injectable()
class ById implements PipeTransform {
  constructor(private readonly database: { find(id: unknown): unknown }) {}
  transform(id: unknown): unknown {
    return this.database.find(id);
  }
}

class Posts {
  @Task({ name: 'plain' })
  plain(_id: number, _title: string, _draft?: boolean, @Ctx() _ctx?: TaskContext): void {}

  @Task({ name: 'lists' })
  lists(_ids: string[], _options: object): void {}

  @Task({ name: 'any-number' })
  anyNumber(_first: string, ..._rest: number[]): void {}

  @Task({ name: 'defaulted' })
  defaulted(_first: string, _second = 7): void {}

  @Task({ name: 'parsed' })
  parsed(@Body(ParseIntPipe) _id: number): void {}

  @Task({ name: 'schema' })
  @UsePipes(new SchemaPipe(z.object({ email: z.email() })))
  schema(_mail: { email: string }): void {}

  @Task({ name: 'fetched' })
  fetched(@FetchedBy(ById) _post: Fetched<{ id: number }>): void {}
}

describe('arguments of a task, judged without running it', () => {
  it.each<[string, unknown[]]>([
    ['plain', [1, 'a', true]],
    ['plain', [1, 'a']],
    ['plain', [1, null]],
    ['lists', [['a'], { deep: true }]],
    ['anyNumber', ['a', 1, 2, 3]],
    ['defaulted', ['a', 8]],
    ['parsed', ['12']],
    ['schema', [{ email: 'ann@example.com' }]],
    ['fetched', [12]],
  ])('%s takes %j', async (method, args) => {
    expect(await findArgumentProblem(Posts, method, args)).toBeNull();
  });

  it.each<[string, unknown[], string, RegExp]>([
    ['plain', [1, 'a', true, 4], 'args[3]', /^is one too many: the method takes 3$/],
    ['plain', ['1', 'a'], 'args[0]', /^is a string, where the method takes a number$/],
    ['plain', [1, { a: 1 }], 'args[1]', /^is an object, where the method takes a string$/],
    ['lists', ['a'], 'args[0]', /^is a string, where the method takes a list$/],
    ['parsed', ['twelve'], 'args[0]', /^is refused by ParseIntPipe: .*numeric/],
    ['parsed', [], 'args[0]', /^is refused by ParseIntPipe/],
    ['schema', [{ email: 'ann' }], 'args[0]', /^is refused by SchemaPipe: .*email/s],
    ['fetched', [12, 13], 'args[1]', /one too many/],
  ])('%s does not take %j', async (method, args, path, problem) => {
    expect(await findArgumentProblem(Posts, method, args)).toEqual({ path, problem: expect.stringMatching(problem) });
  });
});
