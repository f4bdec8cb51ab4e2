import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Injectable } from '@nestjs/common';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  Ctx,
  Ignore,
  OnSignal,
  OnTask,
  Task,
  TaskContext,
  type Fetched,
  type SignalPayloads,
  type TaskHookEvents,
} from 'nestjs-task-queue';
import { EntityById } from 'nestjs-task-queue/typeorm';
import { Column, Entity, PrimaryColumn, type Repository } from 'typeorm';
import { freshDatabase } from '../support/services.js';
import { bootError, BROKERS, closeAll, start } from './support/application.js';
import { Events } from './support/events.js';

class SmtpError extends Error {}
const seen = new Events<unknown>();

@Injectable()
class PostTasks {
  @Task({ name: 'define.request' })
  request(_postId: string, @Ctx() ctx: TaskContext): unknown {
    const { id, retries, rootId, parentId, deliveryInfo } = ctx;
    return { id, retries, rootId, parentId, deliveryInfo };
  }

  @Task({ name: 'define.progress' })
  async progress(total: number, @Ctx() ctx: TaskContext): Promise<number> {
    for (let current = 1; current <= total; current++) await ctx.updateState('PROGRESS', { current, total });
    seen.add('halfway');
    await new Promise((resolve) => ctx.signal.addEventListener('abort', resolve));
    return total;
  }

  @Task({ name: 'define.retries', maxRetries: 2 })
  retries(@Ctx() ctx: TaskContext): unknown {
    seen.add([ctx.id, ctx.retries]);
    throw ctx.retry({ error: new SmtpError('busy'), countdown: 5 });
  }

  @Task({ name: 'define.takes_anything' })
  takesAnything(value: unknown): unknown {
    return value;
  }

  @Task({ name: 'define.ignores' })
  ignores(): never {
    throw new Ignore('nothing to do');
  }
}

@Controller()
class PostsController {
  @Task({ name: 'define.of_controller' })
  touch(): string {
    return 'of a controller';
  }
}

@Entity()
class Post {
  @PrimaryColumn('text')
  id: string;

  @Column('text')
  title: string;
}

@Injectable()
class EntityTasks {
  @Task({ name: 'define.shows' })
  shows(@EntityById(Post) post: Fetched<Post>): string {
    return post.title;
  }

  @Task({ name: 'define.may_be_gone' })
  mayBeGone(@EntityById(Post, { missing: 'ignore' }) post: Fetched<Post>): string {
    return post.title;
  }
}

afterEach(async () => {
  seen.all.length = 0;
  await closeAll();
});

describe.each(BROKERS)('Define on %s', (_, url) => {
  it('app.autodiscover_tasks(): the decorated methods of every provider and controller are found at bootstrap', async () => {
    const { tasks, work } = await start(url(), { providers: [PostTasks], controllers: [PostsController] });
    await work();
    expect(await (await tasks.for(PostsController).touch.delay()).get()).toBe('of a controller');
    expect(await (await tasks.for(PostTasks).request.delay('p1')).get()).toMatchObject({ retries: 0 });
  });

  it('self.request.id / .retries → ctx.id, ctx.retries, ctx.rootId, ctx.deliveryInfo; ctx is no argument of the call', async () => {
    const { tasks, work } = await start(url(), { providers: [PostTasks] });
    await work();
    const sent = await tasks.for(PostTasks).request.applyAsync(['p1'], { priority: 7 });
    const deliveryInfo = { queue: 'default', priority: 7, redelivered: false };
    expect(await sent.get()).toEqual({ id: sent.id, retries: 0, rootId: sent.id, parentId: null, deliveryInfo });
  });

  it("self.update_state(state='PROGRESS', meta=…) → await ctx.updateState('PROGRESS', { current, total })", async () => {
    const { tasks, work } = await start(url(), { providers: [PostTasks] });
    await work();
    const sent = await tasks.for(PostTasks).progress.delay(3);
    await seen.count(1);
    expect([await sent.state(), await sent.result()]).toEqual(['PROGRESS', { current: 3, total: 3 }]);
  });

  it('raise self.retry(exc=exc, countdown=…) → throw ctx.retry({ error, countdown }): same id, retries + 1, then the error', async () => {
    const { tasks, work } = await start(url(), { providers: [PostTasks] });
    await work();
    const sent = await tasks.for(PostTasks).retries.delay();
    await expect(sent.get()).rejects.toThrow('SmtpError: busy');
    expect(seen.all).toEqual([0, 1, 2].map((retries) => [sent.id, retries]));
  });

  it('raise Ignore() → throw new Ignore(why): neither a failure nor a dead letter', async () => {
    const { tasks, work, inspector } = await start(url(), { providers: [PostTasks] });
    await work();
    const sent = await tasks.for(PostTasks).ignores.delay();
    await sent.get();
    expect([await sent.state(), await inspector.counts('default')]).toMatchObject(['IGNORED', { dead: 0 }]);
  });

  it('pass the id, then Model.objects.get(id=…) → @EntityById(Post) post: Fetched<Post>: the row as it is when the task runs', async () => {
    const { database, typeorm } = await postsDatabase();
    const { app, tasks, work } = await start(url(), { imports: [typeorm], providers: [EntityTasks] });
    const posts = app.get<Repository<Post>>(getRepositoryToken(Post));
    const post = await posts.save({ id: 'p1', title: 'when it was sent' });
    const sent = await tasks.for(EntityTasks).shows.delay(post.id);
    await posts.save({ id: 'p1', title: 'when it ran' });
    await work();
    expect(await sent.get()).toBe('when it ran');

    const [gone, ignored] = [await tasks.for(EntityTasks).shows.delay('p2'), await tasks.for(EntityTasks).mayBeGone.delay('p2')];
    await expect(gone.get()).rejects.toMatchObject({ code: 'TASK_FAILED', message: expect.stringContaining('Post') });
    await ignored.get();
    expect(await ignored.state()).toBe('IGNORED');
    await closeAll();
    await database.drop();
  });

  it('never an instance: an entity as an argument is refused when it is sent, with the fix', async () => {
    const { tasks } = await start(url(), { providers: [PostTasks] });
    const sending = tasks.for(PostTasks).takesAnything.delay(Object.assign(new Post(), { id: 'p1', title: 'x' }));
    await expect(sending).rejects.toMatchObject({ code: 'ARGUMENT_NOT_SERIALIZABLE', message: expect.stringMatching(/entity.*id/) });
  });

  it("task_annotations = {'*': {…}} → annotations: { 'define.*': { … } }: laid over what tasks say, a name over a pattern", async () => {
    const { tasks, work } = await start(url(), {
      providers: [PostTasks],
      queue: { annotations: { 'define.*': { maxRetries: 1, queue: 'annotated' }, 'define.request': { queue: 'requests' } } },
    });
    await work();
    await expect((await tasks.for(PostTasks).retries.delay()).get()).rejects.toThrow('busy');
    expect(seen.all).toHaveLength(2);
    expect(await (await tasks.for(PostTasks).request.delay('p1')).get()).toMatchObject({ deliveryInfo: { queue: 'requests' } });
  });

  it("task_annotations = {'*': {'rate_limit': '10/s'}} → annotations: { 'define.*': { rateLimit: '1/h' } }", async () => {
    const annotations = { 'define.*': { rateLimit: '1/h' }, 'define.ignores': { rateLimit: '1000/s' } };
    const { tasks, work, inspector } = await start(url(), { providers: [PostTasks], queue: { annotations } });
    await Promise.all([1, 2].map((value) => tasks.for(PostTasks).takesAnything.delay(value)));
    const unlimited = await Promise.all([1, 2].map(() => tasks.for(PostTasks).ignores.delay()));
    await work();
    await Promise.all(unlimited.map((one) => one.get()));
    expect(await inspector.counts('default')).toMatchObject({ ready: 0, limited: 1 });
  });

  it('on_failure, on_success, … → @OnTask(…) methods on the class', async () => {
    @Injectable()
    class Hooked {
      @Task({ name: 'define.hooked', maxRetries: 1, autoretryFor: [SmtpError], defaultRetryDelay: 0 })
      run(fails: boolean): string {
        if (fails) throw new SmtpError('450');
        return 'fine';
      }
      @OnTask('beforeStart')
      starts({ context }: TaskHookEvents['beforeStart']): void {
        seen.add(`beforeStart ${context.retries}`);
      }
      @OnTask('success')
      succeeds({ result }: TaskHookEvents['success']): void {
        seen.add(`success ${String(result)}`);
      }
      @OnTask('retry')
      retries({ error }: TaskHookEvents['retry']): void {
        seen.add(`retry after ${String(error)}`);
      }
      @OnTask('failure')
      fails({ error }: TaskHookEvents['failure']): void {
        seen.add(`failure ${String(error)}`);
      }
      @OnTask('afterReturn')
      returns({ state }: TaskHookEvents['afterReturn']): void {
        seen.add(`afterReturn ${state}`);
        throw new Error('a hook that throws fails no task');
      }
    }
    const { tasks, work } = await start(url(), { providers: [Hooked] });
    await work();
    expect(await (await tasks.for(Hooked).run.delay(false)).get()).toBe('fine');
    await (await tasks.for(Hooked).run.delay(true)).get({ propagate: false });
    expect(seen.all).toEqual([
      ...['beforeStart 0', 'success fine', 'afterReturn SUCCESS'],
      ...['beforeStart 0', 'retry after Error: 450', 'afterReturn RETRY'],
      ...['beforeStart 1', 'failure Error: 450', 'afterReturn FAILURE'],
    ]);
  });

  it("signals.task_prerun.connect → @OnSignal('task_prerun') on any provider", async () => {
    @Injectable()
    class Metrics {
      @OnSignal('before_task_publish')
      stamps({ headers }: SignalPayloads['before_task_publish']): void {
        headers['stamped'] = true;
      }
      @OnSignal('task_prerun')
      starts({ task, context }: SignalPayloads['task_prerun']): void {
        seen.add(`prerun ${task} ${String(context.headers['stamped'])}`);
      }
      @OnSignal('task_postrun')
      ends({ state }: SignalPayloads['task_postrun']): void {
        seen.add(`postrun ${state}`);
      }
    }
    const { tasks, work } = await start(url(), { providers: [PostTasks, Metrics] });
    await work();
    await (await tasks.for(PostTasks).request.delay('p1')).get();
    expect(seen.all).toEqual(['prerun define.request true', 'postrun SUCCESS']);
  });
});

describe('Define: independent of the broker', () => {
  it('two tasks of one name fail the boot, naming both places', async () => {
    @Injectable()
    class Twin {
      @Task({ name: 'define.request' })
      request(): void {}
    }
    const error = await bootError({ providers: [PostTasks, Twin] });
    expect(error).toMatchObject({ code: 'DUPLICATE_TASK', message: expect.stringMatching(/PostTasks\.request.*Twin\.request/) });
  });
});

async function postsDatabase() {
  const database = await freshDatabase();
  const typeorm = {
    module: PostsDatabaseModule,
    imports: [
      TypeOrmModule.forRoot({ type: 'postgres', url: database.url, entities: [Post], synchronize: true, installExtensions: false }),
      TypeOrmModule.forFeature([Post]),
    ],
  };
  return { database, typeorm };
}

class PostsDatabaseModule {}
