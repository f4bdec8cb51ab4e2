import type { Redis } from 'ioredis';

/** Commands of one turn of the event loop are sent in one write. */
export function writeTogether({ stream }: Redis): void {
  if (stream === undefined || stream.writableCorked > 0) return;
  stream.cork();
  process.nextTick(() => stream.uncork());
}

/** 50 ms, doubled each time up to 1 s; half of it is random. */
export function backoff(times: number): number {
  const longest = Math.min(1_000, 50 * 2 ** Math.min(times - 1, 10));
  return longest / 2 + Math.random() * (longest / 2);
}
