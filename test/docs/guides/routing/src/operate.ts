import type { TaskClient } from 'nestjs-task-queue';

/** While the mail server is being moved, nothing is sent and nothing is lost. */
export async function whileMoving(tasks: TaskClient, move: () => Promise<void>): Promise<void> {
  await tasks.queues.pause('email');
  await move();
  await tasks.queues.resume('email');
}

/** Lets a worker also consume a queue that has become too long. */
export async function help(tasks: TaskClient, queue: string, worker: string): Promise<void> {
  await tasks.queues.addQueue(queue, { worker }); // without { worker }: all workers
}

export async function overview(tasks: TaskClient) {
  const names = await tasks.queues.names();
  const paused = await tasks.queues.paused();
  return Promise.all(names.map(async (queue) => ({ queue, paused: paused.includes(queue), ...(await tasks.queues.counts(queue)) })));
}
