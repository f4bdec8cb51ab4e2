const PREFIX = 'direct:';

/** The queue that only the workers of one name consume. */
export function directQueueOf(worker: string): string {
  return PREFIX + worker;
}

export function isDirectQueue(queue: string): boolean {
  return queue.startsWith(PREFIX);
}
