import { Catch, Inject, Injectable, UseFilters, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Ctx, Discard, Ignore, Reject, Snooze, Task, TaskContext } from 'nestjs-task-queue';
import { boot, closeAll } from './support/boot.js';

class SmtpError extends Error {}

const Seen = Symbol('Seen');
type SeenErrors = { error: unknown; type: string; args: unknown[]; task: string }[];

@Catch()
@Injectable()
class RecordingFilter implements ExceptionFilter {
  constructor(@Inject(Seen) private readonly seen: SeenErrors) {}
  catch(error: unknown, host: ArgumentsHost): string {
    const [args, ctx] = host.getArgs<[unknown[], TaskContext]>();
    this.seen.push({ error, type: host.getType(), args, task: ctx.task });
    return 'handled';
  }
}

@Catch(SmtpError)
class TranslatingFilter implements ExceptionFilter {
  catch(): never {
    throw new TypeError('not what the handler threw');
  }
}

@Injectable()
@UseFilters(RecordingFilter)
class FilteredTasks {
  attempts = 0;

  @Task({ name: 'filtered.fail' })
  async fail(_id: string): Promise<never> {
    throw new SmtpError('no mailbox');
  }

  @Task({ name: 'filtered.translate' })
  @UseFilters(TranslatingFilter)
  translate(): never {
    throw new SmtpError('no mailbox');
  }

  @Task({ name: 'filtered.translate_retried', autoretryFor: [SmtpError], maxRetries: 2 })
  @UseFilters(TranslatingFilter)
  retried(): number {
    if (++this.attempts < 3) throw new SmtpError('no mailbox');
    return this.attempts;
  }

  @Task({ name: 'filtered.retry', maxRetries: 1 })
  retry(@Ctx() ctx: TaskContext): string {
    if (ctx.retries === 0) throw ctx.retry({ countdown: 0 });
    return 'second';
  }

  @Task({ name: 'filtered.end' })
  end(how: 'ignore' | 'reject' | 'snooze' | 'discard'): never {
    if (how === 'ignore') throw new Ignore('nothing to do');
    if (how === 'reject') throw new Reject();
    throw how === 'snooze' ? new Snooze('5m') : new Discard('gone');
  }
}

async function bootFiltered() {
  const seen: SeenErrors = [];
  const booted = await boot({ providers: [FilteredTasks, { provide: Seen, useValue: seen }] });
  return { ...booted, seen, filtered: booted.tasks.for(FilteredTasks) };
}

describe('exception filters of tasks', () => {
  afterEach(closeAll);

  it('get the error with the call, and their return value does not make it a success', async () => {
    const { filtered, seen } = await bootFiltered();
    await expect(filtered.fail.apply('42')).rejects.toThrow(SmtpError);
    expect(seen).toEqual([{ error: expect.any(SmtpError), type: 'task', args: ['42'], task: 'filtered.fail' }]);
  });

  it('cannot change the error: what they throw is logged, and the handler’s error is kept', async () => {
    const { filtered, log } = await bootFiltered();
    await expect(filtered.translate.apply()).rejects.toThrow(SmtpError);
    expect(log.messages('error')).toEqual(['an exception filter threw; the error of the handler stands']);
  });

  it('leave autoretryFor the error that it knows', async () => {
    const { filtered } = await bootFiltered();
    expect(await filtered.retried.apply()).toBe(3);
  });

  it('are not called for a retry or any other semipredicate', async () => {
    const { filtered, seen } = await bootFiltered();
    expect(await filtered.retry.apply()).toBe('second');
    await filtered.end.apply('ignore');
    await expect(filtered.end.apply('reject')).rejects.toThrow(Reject);
    await expect(filtered.end.apply('snooze')).rejects.toThrow(Snooze);
    await expect(filtered.end.apply('discard')).rejects.toThrow(Discard);
    expect(seen).toEqual([]);
  });
});
