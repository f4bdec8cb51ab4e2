// The protocol's limit: the transport's own scripts called in a bare loop, without messages being read, handlers, leases being kept or
// any other duty of a worker. Each round trip settles one batch and takes the next, with two under way so that Redis never waits.
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const home = new URL('../../../dist-lib/task-queue/transports/redis/', import.meta.url);
const { scripts } = await import(new URL('connection/scripts.js', home).href);
const { RedisKeys } = await import(new URL('connection/redis-keys.js', home).href);
const { encodePublication } = await import(new URL('publish/publication-code.js', home).href);

const BATCH = 500;
const DAY = '86400000';
const LEASE = '10000';
const CODE = encodePublication({ priority: 5, traced: false });

class RawScripts {
  constructor(url, withResult) {
    this.redis = new Redis(url);
    this.withResult = withResult;
    this.keys = new RedisKeys('raw');
    this.queue = this.keys.queue('bench');
  }

  ready() {
    return Promise.all(['publishPlain', 'receive', 'settle'].map((name) => this.redis.script('LOAD', scripts[name].source)));
  }

  add(payload) {
    return this.publish([payload]);
  }

  async addMany(payloads) {
    for (let at = 0; at < payloads.length; at += BATCH) await this.publish(payloads.slice(at, at + BATCH));
  }

  async work(handler) {
    let stop = false;
    const loops = ['a', 'b'].map((name) => this.loop(name, handler, () => stop));
    return async () => {
      stop = true;
      await Promise.all(loops);
    };
  }

  close() {
    return this.redis.quit();
  }

  call(name, keys, args) {
    return this.redis.evalsha(scripts[name].sha, keys.length, ...keys, ...args);
  }

  publish(payloads) {
    const triples = payloads.flatMap((payload) => {
      const id = randomUUID();
      return [id, JSON.stringify({ id, task: 'bench.work', args: [payload], headers: { rootId: id } }), CODE];
    });
    const keys = [this.queue.base, this.keys.queues, this.queue.nonce(randomUUID()), this.keys.revoked];
    return this.call('publishPlain', keys, ['', '', DAY, '1000', ...triples]);
  }

  async loop(name, handler, stopped) {
    let members = [];
    for (let turn = 1; !stopped(); turn++) {
      const token = `${name}.${turn}`;
      const settled = members.length > 0 ? this.settle(name, turn, members, handler) : undefined;
      const keys = [this.keys.void(token), this.keys.revoked, this.queue.base];
      const answer = await this.call('receive', keys, ['0', String(BATCH), LEASE, token, '60000', '0', '']);
      await settled;
      const [, , , , ids = [], , priorities = ''] = answer;
      members = ids.map((id, at) => `${priorities[at]}${id}:${token}`);
      if (members.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
  }

  settle(name, turn, members, handler) {
    const { keys, queue } = this;
    const results = [];
    for (const member of members) {
      const result = handler();
      if (this.withResult) results.push(JSON.stringify({ id: member, state: 'SUCCESS', result }));
    }
    const names = [
      queue.base,
      queue.call(name),
      keys.queues,
      keys.revoked,
      keys.terminate,
      keys.waiters,
      keys.result,
      keys.join,
      keys.completeJoins,
    ];
    const counts = [DAY, String(members.length), String(results.length), ''];
    return this.call('settle', names, ['0', String(turn), '60000', DAY, keys.resultsChannel, ...counts, ...members, ...results, '0']);
  }
}

export const withoutResult = ({ url }) => new RawScripts(url, false);
export const withResult = ({ url }) => new RawScripts(url, true);
