// Signatures: a call that takes its first arguments from the task before it is given the last ones only.
import { signature, type Signature, type TaskClient, type TaskContext } from 'nestjs-task-queue';

declare class PostTasks {
  render(postId: string): Promise<string>;
  announce(page: string, channel: string, times?: number): void;
  tidy(ctx: TaskContext): void;
  log(...lines: string[]): void;
}
declare const client: TaskClient;
const { render, announce, tidy, log } = client.for(PostTasks);

export async function rightLinks() {
  const parts: Signature[] = [
    announce.s('page', '#news', 2),
    announce.s('#news', 2),
    announce.s('#news'),
    announce.s(2),
    announce.s(),
    announce.si('page', '#news'),
    tidy.s(),
    log.s('a', 'b'),
  ];
  await render.applyAsync(['1'], { link: announce.s('#news') });
  await render.applyAsync(['1'], { link: parts, linkError: signature('posts.report', [], { queue: 'alarms', immutable: true }) });
}

export async function wrongLinks() {
  // @ts-expect-error -- no parameter is a Date
  announce.s(new Date());
  // @ts-expect-error -- an immutable call is complete
  announce.si('#news');
  // @ts-expect-error -- the context is no argument
  tidy.s('x');
  // @ts-expect-error -- a name is no signature
  await render.applyAsync(['1'], { link: 'posts.announce' });
  // @ts-expect-error -- no such option
  signature('posts.report', [], { que: 'alarms' });
}
