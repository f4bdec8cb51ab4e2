import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { InvalidOptionError, signature, Task, taskContract, type TaskContext } from 'nestjs-task-queue';
import { describeTasks } from '../../libs/task-queue/src/nest/metadata/task-metadata.accessor.js';
import { BROKERS, Harness } from './harness.js';

describe.each(BROKERS)('tags on %s', (_, url) => {
  let harness: Harness | undefined;
  afterEach(() => harness?.close());

  it('travel with the call, through its retries and to its links', async () => {
    harness = await Harness.open(url(), { annotations: { tagged: { tags: ['configured'] } } });
    const seen: Record<string, readonly string[]> = {};
    const note = (ctx: TaskContext) => {
      seen[`${ctx.task}${ctx.retries}`] = ctx.tags;
      if (ctx.task === 'tagged' && ctx.retries === 0) throw ctx.retry({ countdown: 0 });
    };
    harness.task('tagged', note).task('linked', note).task('plain', note);
    await harness.worker();
    const link = signature('linked', [], { tags: ['after'], immutable: true });
    const sent = await harness.send('tagged', [], { tags: ['mine', 'configured'], link });
    await sent.get();
    await (await harness.send('plain')).get();
    while (seen['linked0'] === undefined) await new Promise((resolve) => setImmediate(resolve));
    const both = ['configured', 'mine'];
    expect(seen).toEqual({ tagged0: both, tagged1: both, linked0: ['after'], plain0: [] });
  });
});

describe('tags of a task', () => {
  @Injectable()
  class Tagged {
    @Task({ name: 'tags.declared', tags: ['declared'] })
    run(): void {}
  }

  it('are declared by its class and by a contract', () => {
    expect(describeTasks(Tagged).get('run')).toMatchObject({ tags: ['declared'] });
    expect(() => taskContract<Tagged>()({ run: { name: 'a', tags: 'x' as never } })).toThrow(InvalidOptionError);
  });

  it.each([
    ['no list', 'urgent'],
    ['an empty one', ['']],
    ['too long', ['x'.repeat(101)]],
    ['too many', Array(21).fill('x')],
    ['a NUL', ['a\0']],
  ])('are refused at the call: %s', async (_, tags) => {
    const harness = await Harness.open('memory://');
    await expect(harness.send('any', [], { tags: tags as never })).rejects.toThrow("Option 'tags' must be a list of at most 20 texts");
    await harness.close();
  });
});
