import { Redis } from 'ioredis';
import { redisUrl } from '../support/services.js';

/** What may stay when all work is done: it names no message any more, and expires by itself or with its queue. */
const MAY_STAY = /:(queues|due|result:.*|waiters|trace|wake|nonce:.*|call:.*|void:.*)$/;

/** Keys under a prefix that hold a message, a lease, a delivery count or a revoke mark. */
export async function keysLeft(keyPrefix: string): Promise<string[]> {
  return withRedis(async (redis) => (await redis.keys(`${keyPrefix}:*`)).filter((key) => !MAY_STAY.test(key) && !key.includes(':dead')));
}

export async function removeKeys(keyPrefix: string): Promise<void> {
  await withRedis(async (redis) => {
    const keys = await redis.keys(`${keyPrefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  });
}

async function withRedis<T>(use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(redisUrl());
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
