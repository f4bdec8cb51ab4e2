// Calls by name: checked where the application has told TaskRegistry of the name, free elsewhere.
import type { AsyncResult, TaskClient, TaskContext } from 'nestjs-task-queue';

declare module 'nestjs-task-queue' {
  interface TaskRegistry {
    'types.send': (postId: string, ctx: TaskContext) => Promise<number>;
    'types.cleanup': () => void;
  }
}

declare const client: TaskClient;

export async function rightCalls() {
  const known: AsyncResult<number> = await client.sendTask('types.send', ['42']);
  const unknown: AsyncResult<unknown> = await client.sendTask('other.task', [1, 'two'], { queue: 'low' });
  await client.sendTask('types.cleanup');
  await client.sendTask('types.cleanup', [], { countdown: 1000 });
  await client.sendTask('other.task');
  const [first, second] = await client.sendMany([
    { name: 'types.send', args: ['42'] },
    { name: 'types.cleanup', options: { priority: 0 } },
  ]);
  return [known, unknown, first satisfies AsyncResult<number>, second satisfies AsyncResult<void>];
}

export async function wrongCalls() {
  // @ts-expect-error a known task's arguments are checked
  await client.sendTask('types.send', [42]);
  // @ts-expect-error they are needed
  await client.sendTask('types.send');
  // @ts-expect-error it takes none
  await client.sendTask('types.cleanup', ['all']);
  // @ts-expect-error arguments are a list
  await client.sendTask('other.task', 'one');
  // @ts-expect-error a name is a text
  await client.sendTask(42);
  // @ts-expect-error no such option
  await client.sendTask('other.task', [], { delay: 5 });
  // @ts-expect-error sendMany checks each call
  await client.sendMany([{ name: 'types.send', args: [42] }]);
  // @ts-expect-error and asks for what is needed
  await client.sendMany([{ name: 'types.send' }]);
}
