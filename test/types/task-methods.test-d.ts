// Which members of a class are tasks to call, and with what types where a method is overloaded or generic.
import type { AsyncResult, Fetched, Injected, TaskArgs, TaskClient, TaskContext, TaskProxy } from 'nestjs-task-queue';
import type { Observable } from 'rxjs';
import type { Equal, Expect } from './equal.js';

interface Photo {
  id: number;
}

declare abstract class MediaTasks {
  private readonly secret: () => void;
  readonly untyped: any;
  private hidden(): void;
  protected kept(): void;
  onApplicationBootstrap(): void;
  beforeApplicationShutdown(): void;
  watch(id: string): Observable<Photo>;
  generic<T extends { kind: string }>(value: T): T;
  overloaded(id: string): string;
  overloaded(id: string, size: number): number;
  nullable(photo: Fetched<Photo> | null, ctx: TaskContext): Promise<string | null>;
  many(ctx: TaskContext, tenant: Injected<string>, photo: Fetched<Photo>, ...sizes: number[]): void;
}

declare const client: TaskClient;
const tasks = client.for(MediaTasks);

export async function rightCalls() {
  const photo: AsyncResult<Photo> = await tasks.watch.delay('1');
  await tasks.generic.delay({ kind: 'a' });
  const size: AsyncResult<number> = await tasks.overloaded.delay('1', 100);
  const text: string | null = await tasks.nullable.apply(1);
  await tasks.many.delay(7, 10, 20);
  await tasks.many.applyAsync([7]);
  return [photo, size, text];
}

export async function wrongCalls() {
  // @ts-expect-error a private method is no task
  await tasks.hidden.delay();
  // @ts-expect-error a private property is no task
  await tasks.secret.delay();
  // @ts-expect-error an untyped member is no task
  await tasks.untyped.delay();
  // @ts-expect-error a life-cycle hook is no task
  await tasks.onApplicationBootstrap.delay();
  // @ts-expect-error the constraint holds
  await tasks.generic.delay({ other: 1 });
  // @ts-expect-error the last overload counts
  await tasks.overloaded.delay('1');
  // @ts-expect-error the id of a photo is a number
  await tasks.nullable.delay('1');
  // @ts-expect-error rest arguments are numbers
  await tasks.many.delay(7, 'large');
  // @ts-expect-error a proxy of tasks is no promise
  await tasks.then;
  // @ts-expect-error a class is asked for by itself, not by an instance
  client.for({} as MediaTasks);
}

export type Cases = [
  Expect<Equal<keyof TaskProxy<MediaTasks>, 'watch' | 'generic' | 'overloaded' | 'nullable' | 'many'>>,
  Expect<Equal<TaskArgs<Parameters<MediaTasks['many']>>, [photo: number, ...sizes: number[]]>>,
  Expect<Equal<TaskArgs<[tenant: Injected<string>, ...rest: Fetched<Photo>[]]>, number[]>>,
  Expect<Equal<TaskArgs<[...ctx: TaskContext[]]>, []>>,
];
