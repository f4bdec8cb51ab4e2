// What a caller passes, worked out from what a method takes.
import type { Fetched, Injected, TaskArgs, TaskContext, TaskResult } from 'nestjs-task-queue';
import type { Observable } from 'rxjs';
import type { Equal, Expect } from './equal.js';

interface Post {
  id: string;
  title: string;
}
interface Legacy {
  code: number;
}
interface Manager {
  query(sql: string): Promise<unknown>;
}
type ArgsOf<F extends (...args: never[]) => unknown> = TaskArgs<Parameters<F>>;

export type ArgumentCases = [
  // nothing to strip
  Expect<Equal<ArgsOf<() => void>, []>>,
  Expect<Equal<ArgsOf<(id: string) => void>, [id: string]>>,
  Expect<Equal<ArgsOf<(id: string, count: number) => void>, [id: string, count: number]>>,
  Expect<Equal<ArgsOf<(id: string, count?: number) => void>, [id: string, count?: number]>>,
  Expect<Equal<ArgsOf<(...ids: string[]) => void>, string[]>>,
  Expect<Equal<ArgsOf<(first: string, ...rest: number[]) => void>, [first: string, ...rest: number[]]>>,
  Expect<Equal<ArgsOf<(value: string | null) => void>, [value: string | null]>>,
  Expect<Equal<ArgsOf<(value: unknown) => void>, [value: unknown]>>,
  // the context is no argument, wherever it stands
  Expect<Equal<ArgsOf<(ctx: TaskContext) => void>, []>>,
  Expect<Equal<ArgsOf<(id: string, ctx: TaskContext) => void>, [id: string]>>,
  Expect<Equal<ArgsOf<(ctx: TaskContext, id: string) => void>, [id: string]>>,
  Expect<Equal<ArgsOf<(id: string, ctx?: TaskContext) => void>, [id: string]>>,
  Expect<Equal<ArgsOf<(id: string, ctx: TaskContext, count?: number) => void>, [id: string, count?: number]>>,
  // nor is what a custom decorator injects
  Expect<Equal<ArgsOf<(id: string, manager: Injected<Manager>) => void>, [id: string]>>,
  Expect<Equal<ArgsOf<(manager: Injected<Manager>, ctx: TaskContext) => void>, []>>,
  Expect<Equal<ArgsOf<(id: string, tenant: Injected<string>) => void>, [id: string]>>,
  // a fetched entity is asked for by its id
  Expect<Equal<ArgsOf<(post: Fetched<Post>) => void>, [post: string]>>,
  Expect<Equal<ArgsOf<(post: Fetched<Post>, ctx: TaskContext) => void>, [post: string]>>,
  Expect<Equal<ArgsOf<(post?: Fetched<Post>) => void>, [post?: string]>>,
  Expect<Equal<ArgsOf<(row: Fetched<Legacy>) => void>, [row: string | number]>>,
  Expect<Equal<ArgsOf<(row: Fetched<Legacy, number>) => void>, [row: number]>>,
  Expect<
    Equal<
      ArgsOf<(post: Fetched<Post>, size: 'small' | 'large', manager: Injected<Manager>) => void>,
      [post: string, size: 'small' | 'large']
    >
  >,
  // an untyped method stays untyped
  Expect<Equal<TaskArgs<any>, any[]>>,
];

export type ResultCases = [
  Expect<Equal<TaskResult<string>, string>>,
  Expect<Equal<TaskResult<Promise<number>>, number>>,
  Expect<Equal<TaskResult<Observable<Post>>, Post>>,
  Expect<Equal<TaskResult<Promise<void>>, void>>,
];
