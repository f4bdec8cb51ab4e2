import { Redis } from 'ioredis';
import { redisUrl } from '../support/services.js';

/** What may stay when all work is done: it names no message any more, and expires by itself or with its queue. */
const MAY_STAY = /:(queues|result:.*|waiters|trace|wake|paused|revoked|terminate|nonce:.*|call:.*|void:.*)$/;
const DEAD = /:dead(-info)?$/;

/** Keys under a prefix that hold a message that is not dead, a lease or a delivery count. */
export async function keysLeft(keyPrefix: string): Promise<string[]> {
  return withRedis(async (redis) => {
    const keys = (await redis.keys(`${keyPrefix}:*`)).filter((key) => !MAY_STAY.test(key) && !DEAD.test(key));
    const left: string[] = [];
    for (const key of keys) if (!(await holdsOnlyDead(redis, key))) left.push(key);
    return left;
  });
}

/** Dead letters keep their bodies where all bodies are. */
async function holdsOnlyDead(redis: Redis, key: string): Promise<boolean> {
  return key.endsWith(':msg') && (await redis.hlen(key)) === (await redis.zcard(key.replace(/msg$/, 'dead')));
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
