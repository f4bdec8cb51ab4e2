import { afterEach, describe, expect, it } from '@jest/globals';
import { AssertionError } from 'node:assert';
import { Injectable } from '@nestjs/common';
import { Ctx, Task, TaskClient, TaskContext } from 'nestjs-task-queue';
import { closeAll, startInMemory } from './support/application.js';

class SmtpError extends Error {}

@Injectable()
class Mailer {
  readonly sent: string[] = [];
  broken = false;
}

@Injectable()
class PostTasks {
  constructor(
    private readonly mailer: Mailer,
    private readonly tasks: TaskClient,
  ) {}

  @Task({ name: 'test.send_post_email', autoretryFor: [SmtpError], maxRetries: 1, defaultRetryDelay: '1h' })
  sendPostEmail(id: string): void {
    if (this.mailer.broken) throw new SmtpError('421');
    this.mailer.sent.push(id);
  }

  @Task({ name: 'test.publish' })
  async publish(ids: string[]): Promise<void> {
    for (const id of ids) await this.tasks.for(PostTasks).sendPostEmail.delay(id);
  }

  @Task({ name: 'test.kinds' })
  kinds(given: object, @Ctx() ctx: TaskContext): unknown {
    return { same: given === PostTasks.given, plain: Object.getPrototypeOf(given) === Object.prototype, isEager: ctx.isEager };
  }

  static given = new (class Dto {
    title = 'x';
  })();
}

const open = (options: Parameters<typeof startInMemory>[1] = {}) => startInMemory({ providers: [Mailer, PostTasks] }, options);

afterEach(closeAll);

describe('Test: TaskQueueTestingModule', () => {
  it('in-memory transport: the application sends as it does in production, and nothing runs by itself', async () => {
    const { app, tasks, queue } = await open();
    const sent = await tasks.for(PostTasks).publish.delay(['p1']);
    await queue.clock.advance('1d');
    expect([await sent.state(), app.get(Mailer).sent]).toEqual(['PENDING', []]);
  });

  it('eager mode round-trips the serializer: the handler gets what a worker would', async () => {
    const { tasks } = await open({ mode: 'eager' });
    const sent = await tasks.for(PostTasks).kinds.delay(PostTasks.given);
    expect(await sent.get()).toEqual({ same: false, plain: true, isEager: true });
    await expect(tasks.for(PostTasks).kinds.delay({ at: new Date() })).rejects.toMatchObject({ code: 'ARGUMENT_NOT_SERIALIZABLE' });
  });

  it('eager mode can propagate errors', async () => {
    const quiet = await open({ mode: 'eager' });
    quiet.app.get(Mailer).broken = true;
    expect(await (await quiet.tasks.for(PostTasks).sendPostEmail.delay('p1')).state()).toBe('FAILURE');
    const loud = await open({ mode: 'eager', propagate: true });
    loud.app.get(Mailer).broken = true;
    await expect(loud.tasks.for(PostTasks).sendPostEmail.delay('p1')).rejects.toBeInstanceOf(SmtpError);
  });

  it('drain(): runs due tasks and the tasks they send, with the application’s own handlers', async () => {
    const { app, tasks, queue } = await open();
    await tasks.for(PostTasks).publish.delay(['p1', 'p2']);
    const { runs, failures, later } = await queue.drain();
    expect(app.get(Mailer).sent).toEqual(['p1', 'p2']);
    expect([runs.length, failures, later]).toEqual([3, [], 0]);
  });

  it('a fake clock: moves countdown, retry and expiry', async () => {
    const { app, tasks, queue } = await open();
    app.get(Mailer).broken = true;
    await tasks.for(PostTasks).sendPostEmail.applyAsync(['p1'], { countdown: '1d' });
    const expiring = await tasks.for(PostTasks).sendPostEmail.applyAsync(['p2'], { expires: '1h' });
    await queue.clock.advance('1d');
    expect((await queue.drain()).runs.map(({ outcome }) => outcome).toSorted()).toEqual(['retry', 'revoked']);
    expect(await expiring.state()).toBe('REVOKED');
    app.get(Mailer).broken = false;
    await queue.clock.advance('1h');
    await queue.drain();
    expect(app.get(Mailer).sent).toEqual(['p1']);
  });

  it("expectSent(PostTasks, 'sendPostEmail').with(id)", async () => {
    const { tasks, queue } = await open();
    await tasks.for(PostTasks).sendPostEmail.applyAsync(['p1'], { queue: 'high' });
    expect(queue.expectSent(PostTasks, 'sendPostEmail').with('p1').withOptions({ queue: 'high' }).once().calls).toHaveLength(1);
    expect(() => queue.expectSent(PostTasks, 'sendPostEmail').with('p2')).toThrow(AssertionError);
    expect(() => queue.expectNotSent(PostTasks, 'sendPostEmail')).toThrow("  1. ('p1') { queue: 'high' }");
  });
});
