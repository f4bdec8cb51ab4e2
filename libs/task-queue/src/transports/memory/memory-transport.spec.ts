import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BrokerUnavailableError } from '../../core/errors/publish-errors.js';
import { InvalidBrokerUrlError } from '../../core/errors/boot-errors.js';
import type { Consumer, ConsumerEvents } from '../../core/ports/broker/consumer.js';
import { silentLogger } from '../../core/ports/runtime/logger.js';
import type { CompleteTransport } from '../../core/ports/broker/transport.js';
import { FakeClock } from '../../testing/fake-clock.js';
import { open } from './index.js';

const LEASE = 9_000;
const never = new AbortController().signal;

describe('memory transport', () => {
  let clock: FakeClock;
  let offset: number;
  let opened: CompleteTransport[];

  beforeEach(() => {
    clock = new FakeClock();
    offset = 0;
    opened = [];
  });
  afterEach(async () => {
    for (const transport of opened) await transport.close();
    if (clock.timers > 0) throw new Error('A timer was left behind.');
  });

  async function connected(url = 'memory://', keyPrefix = 'app'): Promise<CompleteTransport> {
    const options = {
      keyPrefix,
      dedupRetention: 60_000,
      revokesExpire: 60_000,
      deadLetterLimit: 9,
      connection: {},
      logger: silentLogger,
      clock,
    };
    const transport = open(url, { ...options, timeOffset: () => offset });
    opened.push(transport);
    await transport.connect();
    return transport;
  }

  function publish(transport: CompleteTransport, id: string): Promise<unknown> {
    return transport.broker.publish([{ id, queue: 'q', body: id, priority: 5, traced: false }], { timeout: 1 });
  }

  function consume(transport: CompleteTransport, events: Partial<ConsumerEvents> = {}): Promise<Consumer> {
    const all = { lost: () => {}, revoked: () => {}, ...events };
    return transport.broker.consume(['q'], { lease: LEASE, maxLoopBlock: 60_000, maxWait: 5_000, events: all });
  }

  async function readyIn(transport: CompleteTransport): Promise<number> {
    return (await transport.inspector.counts('q')).ready;
  }

  it('is one store for all users of a URL and key prefix, and another for every other', async () => {
    await publish(await connected(), 'a');
    expect(await readyIn(await connected('memory:'))).toBe(1);
    expect(await readyIn(await connected('memory://other'))).toBe(0);
    expect(await readyIn(await connected('memory://', 'another app'))).toBe(0);
  });

  it('is gone with its last user', async () => {
    const [first, second] = [await connected(), await connected()];
    await publish(first, 'a');
    await first.close();
    await first.close();
    expect(await readyIn(second)).toBe(1);
    await second.close();
    expect(await readyIn(await connected())).toBe(0);
  });

  it('refuses a URL with what it has no use for', () => {
    const options = {
      keyPrefix: '',
      dedupRetention: 0,
      revokesExpire: 0,
      deadLetterLimit: 0,
      connection: {},
      logger: silentLogger,
      clock,
      timeOffset: () => 0,
    };
    for (const url of ['memory://a/b', 'memory://a?size=1', 'memory', 'memory:/a'])
      expect(() => open(url, options)).toThrow(InvalidBrokerUrlError);
  });

  it('waits for results no longer than it is open', async () => {
    const transport = await connected();
    const waiting = transport.results.wait('a', never);
    await transport.close();
    await expect(waiting).rejects.toThrow(BrokerUnavailableError);
  });

  it('renews leases for as long as they are out, and sets no timer without one', async () => {
    const transport = await connected();
    const worker = await consume(transport);
    await publish(transport, 'a');
    const [delivery] = await worker.receive(1, never);
    expect(clock.timers).toBe(1);
    await clock.advance(10 * LEASE);
    expect(worker.holds(delivery)).toBe(true);
    expect(await worker.settle([{ kind: 'ack', traced: false, delivery }])).toEqual([{ id: 'a', accepted: true }]);
    await clock.advance(LEASE);
    expect(clock.timers).toBe(0);
  });

  it('looks again when the next message is due, and sets one timer for that', async () => {
    const transport = await connected();
    const worker = await consume(transport);
    await transport.broker.publish([{ id: 'a', queue: 'q', body: '', priority: 5, traced: false, due: { delay: 3_000 } }], { timeout: 1 });
    const waiting = worker.receive(1, never);
    expect(clock.timers).toBe(1);
    await clock.advance(3_000);
    expect((await waiting).map(({ id }) => id)).toEqual(['a']);
  });

  it('tells the loser of a lease at once, and not after it was closed', async () => {
    const lost: string[] = [];
    const transport = await connected();
    const tell = { lost: (deliveries: readonly { id: string }[]): void => void lost.push(...deliveries.map(({ id }) => id)) };
    const [first, closed, heir] = [await consume(transport, tell), await consume(transport, tell), await consume(transport)];
    for (const [id, worker] of Object.entries({ a: first, b: closed })) {
      await publish(transport, id);
      await worker.receive(1, never);
    }
    await closed.close();
    offset = LEASE + 1;
    expect((await heir.receive(10, never)).map(({ id, lostLeases }) => [id, lostLeases])).toEqual([['a', 1], ['b', 1]]); // prettier-ignore
    expect(lost).toEqual(['a']);
  });

  it('tells what was revoked while out with the next renewal', async () => {
    const revoked: unknown[] = [];
    const transport = await connected();
    const worker = await consume(transport, { revoked: (some) => revoked.push(...some) });
    await publish(transport, 'a');
    await worker.receive(1, never);
    await transport.broker.revoke(['a'], { terminate: true });
    await clock.advance(LEASE / 3);
    expect(revoked).toEqual([{ id: 'a', terminate: true }]);
  });

  it('goes on when a listener of its events throws', async () => {
    const transport = await connected();
    const worker = await consume(transport, {
      revoked: () => {
        throw new Error('listener');
      },
    });
    await publish(transport, 'a');
    const [delivery] = await worker.receive(1, never);
    await transport.broker.revoke(['a'], { terminate: true });
    await clock.advance(LEASE / 3);
    expect(await worker.settle([{ kind: 'ack', traced: false, delivery }])).toEqual([{ id: 'a', accepted: true }]);
  });
});
