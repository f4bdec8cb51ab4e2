import { BrokerRefusedError, BrokerUnavailableError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { BrokerVersionError } from '../../libs/task-queue/src/core/errors/boot-errors.js';
import { inspect } from 'node:util';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { startPrivateRedis } from '../support/services.js';
import { consume, message, never, Rig, rigged, settleAll } from './rig.js';

const PASSWORD = 'very secret';

describe('rule 21: connections', () => {
  it('a process that publishes, consumes, waits for results and listens has three, and the lease-keeper one', async () => {
    const server = await startPrivateRedis();
    const rig = new Rig(server.url);
    try {
      const transport = await rig.connected();
      const consumer = await consume(transport, { renew: true });
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await settleAll(consumer, await consumer.receive(1, never()));
      await consumer.receive(1, never());
      await transport.control.listen(() => {});
      await transport.results.wait('a', AbortSignal.timeout(50));
      const clients = String(await rig.admin.client('LIST'))
        .trim()
        .split('\n');
      expect(clients).toHaveLength(3 + 1 + 1); // the last is this test's own
    } finally {
      await rig.close();
      await server.stop();
    }
  });

  it(
    'closing leaves none behind, whatever was under way',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const consumer = await consume(transport, { renew: true, maxWait: 60_000 });
      const receiving = consumer.receive(1, never());
      const waiting = transport.results.wait('a', new AbortController().signal);
      await transport.broker.publish([message('later', { due: { delay: 60_000 } })], { timeout: 5_000 });
      await transport.close();
      await transport.close();
      expect(await receiving).toEqual([]);
      expect(await waiting).toBeNull();
      await expect(transport.broker.publish([message('a')], { timeout: 100 })).rejects.toThrow(BrokerUnavailableError);
    }),
  );
});

it(
  'a transport that is closed while a consumer begins leaves no thread and no connection behind',
  rigged(async (rig) => {
    const transport = await rig.connected();
    const beginning = consume(transport, { renew: true });
    beginning.catch(() => {});
    await transport.close();
    await expect(beginning).rejects.toThrow(BrokerUnavailableError);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(String(await rig.admin.client('LIST'))).not.toContain(` name=${rig.prefix} `);
  }),
);

it(
  'answers are read whatever form of numbers the application asks of the driver',
  rigged(async (rig) => {
    const transport = await rig.connected(undefined, { connection: { stringNumbers: true } });
    await transport.broker.publish([message('a'), message('b', { priority: 7 })], { timeout: 5_000 });
    const consumer = await consume(transport, { renew: true });
    expect(await settleAll(consumer, await consumer.receive(2, never()))).toEqual([true, true]);
    expect(rig.logged).toEqual([]);
  }),
);

describe('passwords', () => {
  it('a refused login names neither the password nor a driver error, and opens again when it is right', async () => {
    const server = await startPrivateRedis({ args: ['--requirepass', PASSWORD] });
    const rig = new Rig(server.url.replace('//', `//default:${encodeURIComponent(PASSWORD)}@`));
    try {
      const wrong = rig.transport(server.url.replace('//', '//default:wrong%20secret@'));
      const failure = await wrong.broker.publish([message('a')], { timeout: 500 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(BrokerRefusedError);
      await expect(wrong.connect()).rejects.toThrow(/WRONGPASS/);
      expect(inspect([failure, rig.logged], { depth: 10 })).not.toMatch(/secret|ReplyError/);
      const right = await rig.connected();
      expect(await right.broker.publish([message('a')], { timeout: 5_000 })).toHaveLength(1);
      expect(inspect(rig.logged, { depth: 10 })).not.toContain('secret');
    } finally {
      await rig.close();
      await server.stop();
    }
  });
});

describe('unsuitable servers', () => {
  it('a server that is too old is refused when connecting, publishing and consuming', async () => {
    const old = await fakeServer('redis_version:6.2.14');
    const rig = new Rig();
    try {
      const transport = rig.transport(old.url);
      await expect(transport.connect()).rejects.toThrow(BrokerVersionError);
      await expect(transport.broker.publish([message('a')], { timeout: 500 })).rejects.toThrow(/Redis 6\.2\.14.*Redis 7\.0 or Valkey 7\.2/);
    } finally {
      await rig.close();
      await old.stop();
    }
  });

  it.each(['allkeys-lru', 'volatile-lru'])('a server that evicts keys (%s) causes a warning', async (policy) => {
    const server = await startPrivateRedis({ args: ['--maxmemory-policy', policy] });
    const rig = new Rig(server.url);
    try {
      await rig.connected();
      expect(rig.logged).toEqual([expect.objectContaining({ fields: expect.objectContaining({ policy }) })]);
    } finally {
      await rig.close();
      await server.stop();
    }
  });

  it(
    'a key of another type fails what needs it with a coded error, before anything was written',
    rigged(async (rig) => {
      const transport = await rig.connected();
      await rig.admin.set(rig.key('ready:5'), 'somebody else’s');
      await expect(transport.broker.publish([message('a')], { timeout: 5_000 })).rejects.toThrow(BrokerRefusedError);
      expect(await rig.admin.exists(rig.key('msg'))).toBe(0);
      await rig.admin.del(rig.key('ready:5'));
      expect(await transport.broker.publish([message('a')], { timeout: 5_000 })).toEqual([{ id: 'a', deduplicated: false }]);
    }),
  );

  it(
    'rule 4: one settlement that cannot be stored fails alone',
    rigged(async (rig) => {
      const transport = await rig.connected();
      const ids = ['a', 'b', 'c', 'd'];
      await transport.broker.publish(
        ids.map((id) => message(id)),
        { timeout: 5_000 },
      );
      const consumer = await consume(transport);
      const [a, b, c, d] = await consumer.receive(4, never());
      await rig.admin.set(rig.key('ready:5', 'broken'), 'somebody else’s');
      const cycle: Record<string, unknown> = {};
      cycle.self = cycle;
      const receipts = await consumer.settle([
        { delivery: a!, kind: 'ack', traced: false },
        { delivery: b!, kind: 'ack', traced: false, publish: [message('next', { queue: 'broken' })] },
        {
          delivery: c!,
          kind: 'ack',
          traced: false,
          result: { record: { id: 'c', state: 'SUCCESS', retries: 0, at: 1, result: cycle }, expires: 1_000 },
        },
        { delivery: d!, kind: 'release', delay: 0, charge: false },
      ]);
      expect(receipts).toEqual([
        { id: 'a', accepted: true },
        { id: 'b', accepted: false },
        { id: 'c', accepted: false },
        { id: 'd', accepted: true },
      ]);
      expect(await rig.admin.hkeys(rig.key('msg'))).toEqual(expect.arrayContaining(['b', 'c', 'd']));
    }),
  );
});

/** Answers every command as a server of that version would its INFO. */
async function fakeServer(info: string): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      for (const command of data.toString().matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)) {
        const name = command[1]!.toLowerCase();
        if (name === 'info') socket.write(`$${info.length}\r\n${info}\r\n`);
        else if (name === 'hello') socket.write('-ERR unknown command HELLO\r\n');
        else socket.write('+OK\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      await once(server, 'close');
    },
  };
}
