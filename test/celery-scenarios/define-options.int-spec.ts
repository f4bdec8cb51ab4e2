import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Ctx, SoftTimeLimitExceeded, Task, TaskContext, type TaskOptionsInput } from 'nestjs-task-queue';
import { bootError, BROKERS, closeAll, start, startInMemory, type Application } from './support/application.js';
import { Events } from './support/events.js';

class SmtpError extends Error {}
class MailboxFull extends SmtpError {}
class Unrelated extends Error {}

type Run = (ctx: TaskContext, application: Application) => unknown;

/** A provider with one task of these options, which does what the test says. */
function oneTask(options: TaskOptionsInput, run: (ctx: TaskContext) => unknown) {
  @Injectable()
  class Tasks {
    @Task({ name: 'scenario.task', ...options })
    task(@Ctx() ctx: TaskContext): unknown {
      return run(ctx);
    }
  }
  return Tasks;
}

const failing = (error: Error) => (): never => {
  throw error;
};

afterEach(closeAll);

describe.each(BROKERS)('Define on %s: @shared_task(…) → @Task({ … })', (_, url) => {
  /** Sends it once, with a worker that runs it. */
  async function send(options: TaskOptionsInput, run: Run) {
    const runs = new Events<number>();
    const Tasks = oneTask(options, (ctx) => {
      runs.add(ctx.retries);
      return run(ctx, application);
    });
    const application: Application = await start(url(), { providers: [Tasks] });
    const sent = await application.tasks.for(Tasks).task.delay();
    const worker = await application.work();
    return { ...application, sent, worker, runs };
  }

  it('name=…: what it is called in every message, whatever its method is called', async () => {
    const { sent } = await send({}, (ctx) => ctx.task);
    expect(await sent.get()).toBe('scenario.task');
  });

  it('max_retries=5, autoretry_for=(A,): run again so often by itself, then FAILURE', async () => {
    const { sent, runs } = await send({ maxRetries: 5, autoretryFor: [SmtpError], defaultRetryDelay: 0 }, failing(new MailboxFull('450')));
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_FAILED' });
    expect(runs.all).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('max_retries=None: maxRetries: null = for ever', async () => {
    const { sent } = await send({ maxRetries: null, autoretryFor: [SmtpError], defaultRetryDelay: 0 }, (ctx) => {
      if (ctx.retries < 12) throw new SmtpError('450');
      return ctx.retries;
    });
    expect(await sent.get()).toBe(12);
  });

  it.each([
    ['dont_autoretry_for=(B,)', new MailboxFull('full')],
    ['an error that autoretry_for does not list', new Unrelated('other')],
  ])('%s: FAILURE at once', async (_what, error) => {
    const options = { autoretryFor: [SmtpError], dontAutoretryFor: [MailboxFull], defaultRetryDelay: 0 };
    const { sent, runs } = await send(options, failing(error));
    await expect(sent.get()).rejects.toThrow(error.message);
    expect(runs.all).toEqual([0]);
  });

  it('default_retry_delay=60: RETRY, and it waits in the broker', async () => {
    const { sent, runs, worker, inspector } = await send(
      { autoretryFor: [SmtpError], defaultRetryDelay: '60s' },
      failing(new SmtpError('450')),
    );
    await runs.count(1);
    await worker.idle();
    expect([await sent.state(), await inspector.counts('default')]).toMatchObject(['RETRY', { ready: 0, delayed: 1 }]);
  });

  it("rate_limit='10/m' → rateLimit: '10/m': the next one waits for its slot, and a new rate applies at once", async () => {
    const Tasks = oneTask({ rateLimit: '10/m' }, () => 'ran');
    const { tasks, work, inspector } = await start(url(), { providers: [Tasks] });
    const [first, second] = [await tasks.for(Tasks).task.delay(), await tasks.for(Tasks).task.delay()];
    await work();
    expect(await first.get()).toBe('ran');
    expect([await second.state(), await inspector.counts('default')]).toMatchObject(['PENDING', { ready: 0, limited: 1 }]);
    await tasks.setRate('scenario.task', 0);
    expect(await second.get()).toBe('ran');
  });

  it('soft_time_limit=240: the signal is aborted with SoftTimeLimitExceeded', async () => {
    const { sent } = await send({ softTimeLimit: 20 }, async (ctx) => {
      await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
      return (ctx.signal.reason as Error).name;
    });
    expect(await sent.get()).toBe(SoftTimeLimitExceeded.name);
  });

  it('ignore_result=True: the outcome is not stored', async () => {
    const { sent, runs, worker } = await send({ ignoreResult: true }, () => 'nothing to see');
    await runs.count(1);
    await worker.idle();
    expect([await sent.record(), await sent.state()]).toEqual([null, 'UNKNOWN']);
  });

  it('store_errors_even_if_ignored=True: but errors are', async () => {
    const { sent } = await send({ ignoreResult: true, storeErrorsEvenIfIgnored: true }, failing(new Unrelated('seen')));
    await expect(sent.get()).rejects.toThrow('seen');
  });

  it('acks_late=True (the default here): acknowledged after the run', async () => {
    const { sent } = await send({ acksLate: true }, async (ctx, { inspector }) => (await inspector.counts(ctx.deliveryInfo.queue)).leased);
    expect(await sent.get()).toBe(1);
  });

  it('acks_late=False: acknowledged before it', async () => {
    const { sent } = await send({ acksLate: false }, async (ctx, { inspector }) => (await inspector.counts(ctx.deliveryInfo.queue)).leased);
    expect(await sent.get()).toBe(0);
  });

  it('track_started=True: STARTED while it runs', async () => {
    const states = new Events();
    const { sent } = await send({ trackStarted: true }, async (ctx, { tasks }) => states.add(await tasks.result(ctx.id).state()));
    await sent.get();
    expect(states.all).toEqual(['STARTED']);
  });

  it('priority=…: higher first, on every broker', async () => {
    const order = new Events();
    @Injectable()
    class Ranked {
      @Task({ name: 'scenario.low', priority: 1 })
      low(): void {
        order.add('low');
      }
      @Task({ name: 'scenario.high', priority: 9 })
      high(): void {
        order.add('high');
      }
    }
    const { tasks, work } = await start(url(), { providers: [Ranked] });
    await tasks.for(Ranked).low.delay();
    await tasks.for(Ranked).high.delay();
    await work({ concurrency: 1 });
    expect(await order.count(2)).toEqual(['high', 'low']);
  });

  it('expires=…: REVOKED if it has not started by then', async () => {
    const Tasks = oneTask({ expires: 0 }, () => 'ran');
    const { tasks, work } = await start(url(), { providers: [Tasks] });
    const sent = await tasks.for(Tasks).task.delay();
    await work();
    await expect(sent.get()).rejects.toMatchObject({ code: 'TASK_REVOKED', message: expect.stringContaining('expired') });
  });

  it('queue=…: the queue of its calls', async () => {
    const { sent } = await send({ queue: 'mail' }, (ctx) => ctx.deliveryInfo.queue);
    expect(await sent.get()).toBe('mail');
  });

  it('throws=(A,): an expected error is a FAILURE that is not reported', async () => {
    const { sent, log } = await send({ throws: [SmtpError] }, failing(new SmtpError('expected')));
    await expect(sent.get()).rejects.toThrow('expected');
    expect(log.messages('error')).toEqual([]);
  });

  it.each(['extended-json', 'msgpack'] as const)('serializer=%s: the form of its arguments and result', async (serializer) => {
    @Injectable()
    class Dated {
      @Task({ name: 'scenario.dated', serializer })
      later(at: Date): Date {
        return new Date(at.getTime() + 1);
      }
    }
    const { tasks, work } = await start(url(), { providers: [Dated], queue: { acceptContent: ['json', serializer] } });
    await work();
    expect(await (await tasks.for(Dated).later.delay(new Date(0))).get()).toEqual(new Date(1));
  });

  it('compression=…: large content is compressed', async () => {
    const { sent } = await send({ compression: 'gzip' }, () => 'long '.repeat(10_000));
    expect(await sent.get()).toHaveLength(50_000);
  });
});

describe('Define: independent of the broker', () => {
  it.each([
    ['retry_backoff=True', { retryBackoff: true }, [1_000, 2_000, 4_000, 8_000]],
    ['retry_backoff=30', { retryBackoff: '30s' }, [30_000, 60_000, 120_000, 240_000]],
    ['retry_backoff_max=100', { retryBackoff: '30s', retryBackoffMax: '100s' }, [30_000, 60_000, 100_000, 100_000]],
  ] as const)('%s: the delays are those of Celery’s formula', async (_what, options, delays) => {
    const Tasks = oneTask({ ...options, retryJitter: false, maxRetries: 9, autoretryFor: [SmtpError] }, failing(new SmtpError('450')));
    const { tasks, queue } = await startInMemory({ providers: [Tasks] });
    await tasks.for(Tasks).task.delay();
    await queue.drain();
    for (const delay of delays) {
      await queue.clock.advance(delay - 1);
      expect((await queue.drain()).runs).toEqual([]);
      await queue.clock.advance(1);
      expect((await queue.drain()).runs).toMatchObject([{ outcome: 'retry' }]);
    }
  });

  it('retry_jitter=True (the default): a random delay, and none beyond the computed one', async () => {
    const Tasks = oneTask({ retryBackoff: '10s', maxRetries: 3, autoretryFor: [SmtpError] }, failing(new SmtpError('450')));
    const { tasks, queue } = await startInMemory({ providers: [Tasks] });
    const sent = await Promise.all(Array.from({ length: 40 }, () => tasks.for(Tasks).task.delay()));
    await queue.drain();
    await queue.clock.advance('5s');
    const early = (await queue.drain()).runs.length;
    await queue.clock.advance('5s');
    await queue.drain();
    expect([early > 0, early < sent.length]).toEqual([true, true]);
    const retries = await Promise.all(sent.map(async (one) => (await one.record())!.retries));
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(1);
  });

  it('time_limit=300: refused at boot by a pool that cannot end a handler', async () => {
    expect(await bootError({ providers: [oneTask({ timeLimit: '5m' }, () => 1)] })).toMatchObject({
      code: 'UNSUPPORTED_OPTION',
      message: expect.stringContaining("'async' pool cannot end a running handler"),
    });
  });

  it('soft_time_limit beyond time_limit: refused', async () => {
    expect(await bootError({ providers: [oneTask({ softTimeLimit: '5m', timeLimit: '4m' }, () => 1)] })).toMatchObject({
      code: 'INVALID_OPTION',
    });
  });

  it.each([0, '0'])('rate_limit=0: %p is no limit', async (rateLimit) => {
    await expect(bootError({ providers: [oneTask({ rateLimit }, () => 1)] })).rejects.toThrow('the application booted');
  });

  it.each(['10/x', -1, '1/d'])("rate_limit='10/m': %p is refused, with the forms of a rate", async (rateLimit) => {
    expect(await bootError({ providers: [oneTask({ rateLimit }, () => 1)] })).toMatchObject({
      code: 'INVALID_OPTION',
      option: 'rateLimit',
      message: expect.stringContaining("such as '10/s', '100/m', '100/h'"),
    });
  });

  it.each([42, ''])('a unique key that is not a string: %p is refused at boot', async (key) => {
    const error = await bootError({ providers: [oneTask({ unique: { key: key as string } }, () => 1)] });
    expect(error).toMatchObject({ code: 'INVALID_OPTION', option: 'key' });
  });

  it('a misspelled option is refused with "did you mean"', async () => {
    expect(await bootError({ providers: [oneTask({ max_retries: 5 } as never, () => 1)] })).toMatchObject({
      code: 'UNKNOWN_OPTION',
      message: expect.stringContaining("Did you mean 'maxRetries'?"),
    });
  });
});
