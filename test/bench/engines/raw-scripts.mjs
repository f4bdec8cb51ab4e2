// The protocol's limit: the transport's own scripts called in a bare loop, without messages being read, handlers, leases being kept or
// any other duty of a worker. Each round trip settles one batch and takes the next, with two under way so that Redis never waits.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const home = new URL('../../../dist-lib/task-queue/transports/redis/', import.meta.url);
const { scripts } = await import(new URL('scripts.js', home).href);
const { RedisKeys } = await import(new URL('redis-keys.js', home).href);
const { encodePublication } = await import(new URL('publication-code.js', home).href);

const BATCH = 500;
const DAY = '86400000';
const LEASE = '10000';

const open =
  ({ withResult }) =>
  ({ url }) => {
    const redis = new Redis(url);
    const keys = new RedisKeys('raw');
    const queue = keys.queue('bench');
    const call = (name, names, args) => redis.evalsha(scripts[name].sha, names.length, ...names, ...args);
    const load = () => Promise.all(['publish', 'receive', 'settle'].map((name) => redis.script('LOAD', scripts[name].source)));

    const publish = (payloads) => {
      const triples = payloads.flatMap((payload) => {
        const id = randomUUID();
        return [
          id,
          JSON.stringify({ id, task: 'bench.work', args: [payload], headers: { rootId: id } }),
          encodePublication({ id, priority: 5, traced: false }),
        ];
      });
      return call('publish', [...queue.all, keys.queues, queue.nonce(randomUUID())], ['0', 'bench', DAY, '1000', ...triples]);
    };

    const loop = async (name, handler, stopped) => {
      let members = [];
      for (let turn = 1; !stopped(); turn++) {
        const token = `${name}.${turn}`;
        const settled = members.length > 0 ? settle(name, turn, members, handler) : undefined;
        const answer = await call(
          'receive',
          [keys.void(token), keys.revoked, ...queue.all],
          ['0', String(BATCH), LEASE, token, '60000', '0'],
        );
        await settled;
        const [, , , , ids = [], , priorities = ''] = answer;
        members = ids.map((id, at) => `${priorities[at]}${id}:${token}`);
        if (members.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };

    const settle = (name, turn, members, handler) => {
      const results = [];
      for (let at = 0; at < members.length; at++) {
        const result = handler();
        if (withResult) results.push(JSON.stringify({ id: members[at], state: 'SUCCESS', result }));
      }
      const names = [...queue.all, queue.call(name), keys.queues, keys.revoked, keys.terminate, keys.waiters, keys.result];
      const counts = [DAY, String(members.length), String(results.length), ''];
      return call('settle', names, ['0', String(turn), '60000', DAY, keys.resultsChannel, ...counts, ...members, ...results, '0']);
    };

    return {
      ready: load,
      add: (payload) => publish([payload]),
      addMany: async (payloads) => {
        for (let at = 0; at < payloads.length; at += BATCH) await publish(payloads.slice(at, at + BATCH));
      },
      work: (handler) => {
        let stop = false;
        const loops = ['a', 'b'].map((name) => loop(name, handler, () => stop));
        return Promise.resolve(async () => {
          stop = true;
          await Promise.all(loops);
        });
      },
      close: () => redis.quit(),
    };
  };

export const withoutResult = open({ withResult: false });
export const withResult = open({ withResult: true });
