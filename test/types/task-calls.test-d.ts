// Calls through a class or a contract: right ones compile, wrong ones do not.
import { taskContract, type AsyncResult, type Fetched, type Injected, type TaskClient, type TaskContext } from 'nestjs-task-queue';
import type { Equal, Expect } from './equal.js';

interface Post {
  id: string;
  title: string;
}

declare class BlogTasks {
  readonly title: string;
  send(postId: string, ctx: TaskContext): Promise<{ emails: number }>;
  resize(photo: Fetched<Post>, width?: number): Promise<string>;
  tag(postId: string, ...tags: string[]): void;
  cleanup(): Promise<void>;
  move(from: string, to: string, manager: Injected<{ query(sql: string): unknown }>): number;
  onModuleInit(): void;
  protected helper(id: string): void;
}

declare const client: TaskClient;
const tasks = client.for(BlogTasks);

export async function rightCalls() {
  const sent = await tasks.send.delay('42');
  const report = await sent.get({ timeout: '5s' });
  const ran = await tasks.resize.apply('42', 100);
  await tasks.resize.delay('42');
  await tasks.tag.delay('42', 'a', 'b');
  await tasks.cleanup.delay();
  await tasks.cleanup.applyAsync([], { countdown: '1h', queue: 'low' });
  await tasks.move.applyAsync(['a', 'b'], { priority: 9, eta: new Date(), taskId: 'move-a' });
  return [sent, report, ran] satisfies [AsyncResult<{ emails: number }>, { emails: number }, string];
}

export async function wrongCalls() {
  // @ts-expect-error the id is missing
  await tasks.send.delay();
  // @ts-expect-error the id is a text
  await tasks.send.delay(42);
  // @ts-expect-error the context is the worker's to give
  await tasks.send.delay('42', {} as TaskContext);
  // @ts-expect-error an entity is sent by its id
  await tasks.resize.delay({ id: '42', title: '' });
  // @ts-expect-error the width is a number
  await tasks.resize.delay('42', 'wide');
  // @ts-expect-error tags are texts
  await tasks.tag.delay('42', 1);
  // @ts-expect-error it takes nothing
  await tasks.cleanup.delay('all');
  // @ts-expect-error injected parameters are not sent
  await tasks.move.delay('a', 'b', { query: () => 1 });
  // @ts-expect-error applyAsync takes the arguments as a list
  await tasks.send.applyAsync('42');
  // @ts-expect-error the list lacks the second argument
  await tasks.move.applyAsync(['a']);
  // @ts-expect-error no such option
  await tasks.cleanup.applyAsync([], { count_down: 1 });
  // @ts-expect-error a priority is a number
  await tasks.cleanup.applyAsync([], { priority: 'high' });
  // @ts-expect-error no such task
  await tasks.sent.delay('42');
  // @ts-expect-error a property is no task
  await tasks.title.delay();
  // @ts-expect-error a life-cycle hook is no task
  await tasks.onModuleInit.delay();
  // @ts-expect-error a protected method is no task
  await tasks.helper.delay('42');
  // @ts-expect-error the result is an object, not a text
  const text: string = await (await tasks.send.delay('42')).get();
  // @ts-expect-error an AsyncResult is awaited through get()
  const report: { emails: number } = await tasks.send.delay('42');
  return [text, report];
}

const contract = taskContract<BlogTasks>()({ send: 'blog.send', resize: { name: 'blog.resize', queue: 'images' } });
const contracted = client.for(contract);

export async function contracts() {
  await contracted.send.delay('42');
  await contracted.resize.applyAsync(['42', 100]);
  // @ts-expect-error the contract does not have it
  await contracted.cleanup.delay();
  // @ts-expect-error the id is a text
  await contracted.send.delay(42);
  // @ts-expect-error no such method
  taskContract<BlogTasks>()({ sent: 'blog.sent' });
  // @ts-expect-error a contract names the task
  taskContract<BlogTasks>()({ send: { queue: 'mail' } });
}

export type Results = [
  Expect<Equal<Awaited<ReturnType<typeof tasks.cleanup.delay>>, AsyncResult<void>>>,
  Expect<Equal<Awaited<ReturnType<typeof tasks.move.apply>>, number>>,
  Expect<Equal<keyof typeof tasks, 'send' | 'resize' | 'tag' | 'cleanup' | 'move'>>,
  Expect<Equal<keyof typeof contracted, 'send' | 'resize'>>,
];

export async function uniqueCalls() {
  await tasks.send.applyAsync(['42'], { unique: { key: (postId) => postId.toUpperCase(), while: ['waiting'] } });
  await tasks.send.applyAsync(['42'], { unique: true, idempotencyKey: 'request-1' });
  await client.sendTask('other.task', [1], { unique: { key: (id: number) => String(id) } });
  // @ts-expect-error a key is a text
  await tasks.send.applyAsync(['42'], { unique: { key: (postId) => postId.length } });
  // @ts-expect-error it is made of the task's own arguments
  await tasks.send.applyAsync(['42'], { unique: { key: (postId: number) => `${postId}` } });
  // @ts-expect-error there is no such state
  await tasks.send.applyAsync(['42'], { unique: { while: ['finished'] } });
  // @ts-expect-error nor such a way out
  await tasks.send.applyAsync(['42'], { unique: { onConflict: 'ignore' } });
}
