import { startRedis } from '../../../scripts/services/redis.mjs';

export const start = () => startRedis();

/** What a measurement asks of the server itself. */
export async function open(url) {
  const { Redis } = await import('ioredis');
  const redis = new Redis(url);
  return {
    /** Makes it empty. */
    reset: () => redis.flushall(),
    /** Commands that it has run, those inside scripts included; not our own asking. */
    calls: async () => {
      const stats = await redis.info('commandstats');
      return [...stats.matchAll(/^cmdstat_(?!info|flushall)\S*?:calls=(\d+)/gm)].reduce((sum, [, calls]) => sum + Number(calls), 0);
    },
    bytes: async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))[1]),
    describe: async () => ({ version: /redis_version:(\S+)/.exec(await redis.info('server'))[1] }),
    close: () => redis.disconnect(),
  };
}
