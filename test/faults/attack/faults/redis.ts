import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { Redis } from 'ioredis';
import { pass } from '../../fault.js';
import type { StormContext, Strike } from '../storm.js';

async function asking(url: string, ask: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 2 });
  redis.on('error', () => {});
  try {
    await ask(redis);
  } finally {
    redis.disconnect();
  }
}

const spellOf = ({ random, spell, lease }: StormContext): number => (random.chance(0.7) ? random.whole(spell / 4, spell) : lease * 1.3);

/** The server stands still for all clients, for less than a lease or for longer. */
export const clientPause: Strike = {
  name: 'server stands still',
  ground: 'server',
  async strike(context) {
    const ms = Math.round(spellOf(context));
    await asking(context.server.url, (redis) => redis.call('CLIENT', 'PAUSE', ms, context.random.chance(0.5) ? 'ALL' : 'WRITE'));
    await pass(ms);
  },
};

/** Its disk is full: it cannot save a snapshot, and refuses all writes (MISCONF). */
export const misconf: Strike = {
  name: 'MISCONF',
  ground: 'server',
  async strike(context) {
    await asking(context.server.url, async (redis) => {
      const [, dir] = (await redis.config('GET', 'dir')) as [string, string];
      // A snapshot cannot take the place of a folder that is not empty.
      const inTheWay = path.join(dir, 'dump.rdb');
      await rm(inTheWay, { recursive: true, force: true });
      await mkdir(path.join(inTheWay, 'full'), { recursive: true });
      try {
        await redis.config('SET', 'save', '86400 100000000');
        await redis.bgsave();
        await untilRefused(redis);
        await pass(spellOf(context));
      } finally {
        await rm(inTheWay, { recursive: true, force: true });
        await redis.config('SET', 'save', '');
      }
    });
  },
};

async function untilRefused(redis: Redis): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (/rdb_last_bgsave_status:err/.test(await redis.info('persistence'))) return;
    await pass(20);
  }
  throw new Error('the snapshot did not fail');
}

/** Its memory is full: it takes nothing new, and lets what it has be finished. */
export const fullMemory: Strike = {
  name: 'memory full',
  ground: 'server',
  async strike(context) {
    await asking(context.server.url, async (redis) => {
      await redis.config('SET', 'maxmemory', '1');
      try {
        await pass(spellOf(context));
      } finally {
        await redis.config('SET', 'maxmemory', '0');
      }
    });
  },
};
