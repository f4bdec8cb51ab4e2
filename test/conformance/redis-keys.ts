import { Redis } from 'ioredis';

/** What may stay when all work is done: it names no message any more, and expires by itself or with its queue. */
const MAY_STAY = /:(queues|limits|result:.*|join:.*|waiters|trace|wake|paused|revoked|terminate|nonce:.*|call:.*|void:.*)$/;
const DEAD = /:dead(-info)?$/;

/** Keys under a prefix that hold a message that is not dead, a lease, a delivery count, a unique key or a complete join. */
export async function keysLeft(url: string, keyPrefix: string): Promise<string[]> {
  return withRedis(url, async (redis) => {
    const keys = (await redis.keys(`${keyPrefix}:*`)).filter((key) => !MAY_STAY.test(key) && !DEAD.test(key));
    const left: string[] = [];
    for (const key of keys) if (!(await holdsOnlyDead(redis, key))) left.push(key);
    return left;
  });
}

/** Dead letters keep their bodies where all bodies are, and what they would hold or wait for where all unique keys and limits are noted. */
async function holdsOnlyDead(redis: Redis, key: string): Promise<boolean> {
  if (!/:(msg|unique-of|limited-of)$/.test(key)) return false;
  const dead = new Set(await redis.zrange(key.replace(/(msg|unique-of|limited-of)$/, 'dead'), '0', '-1'));
  return (await redis.hkeys(key)).every((id) => dead.has(id));
}

export async function removeKeys(url: string, keyPrefix: string): Promise<void> {
  await withRedis(url, async (redis) => {
    const keys = await redis.keys(`${keyPrefix}:*`);
    if (keys.length > 0) await redis.unlink(...keys);
  });
}

async function withRedis<T>(url: string, use: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await use(redis);
  } finally {
    redis.disconnect();
  }
}
