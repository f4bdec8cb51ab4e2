import { BrokerUnavailableError, PublishUncertainError } from '../../libs/task-queue/src/core/errors/publish-errors.js';
import { proxied, untilReady, untilLeased } from './proxied.js';
import { consume, consumeAnything, message, never, rigged, settleAll, takeIds } from './rig.js';

describe('rule 2: resends change nothing', () => {
  it(
    'a publish whose answer was lost is repeated on the next connection, and is in the list once',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      proxy.loseAnswerTo('body of a');
      const sent = transport.broker.publish([message('a'), message('b')], { timeout: 5_000 });
      await proxy.request('body of a');
      await untilReady(rig, 2);
      proxy.heal();
      proxy.cut();
      expect(await sent).toEqual([
        { id: 'a', deduplicated: false },
        { id: 'b', deduplicated: false },
      ]);
      expect(await rig.admin.lrange(rig.key('ready:5'), 0, -1)).toEqual(['a', 'b']);
    }),
  );

  it(
    'a publish that never reached the server is sent on the next connection',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      proxy.dropRequests = true;
      const sent = transport.broker.publish([message('a')], { timeout: 5_000 });
      await proxy.request('body of a');
      proxy.heal();
      proxy.cut();
      expect(await sent).toEqual([{ id: 'a', deduplicated: false }]);
      expect(await rig.admin.lrange(rig.key('ready:5'), 0, -1)).toEqual(['a']);
    }),
  );

  it(
    'a publish without an answer is uncertain, and repeating its ids runs nothing twice even after the task has ended',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(await rig.connected(), { maxWait: 5_000 });
      proxy.dropAnswers = true;
      const sent = transport.broker.publish([message('a')], { timeout: 300 });
      await settleAll(consumer, await consumer.receive(1, never()));
      const failure = await sent.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(PublishUncertainError);
      expect((failure as PublishUncertainError).ids).toEqual(['a']);
      proxy.heal();
      proxy.cut();
      expect(await transport.broker.publish([message('b'), message('a')], { timeout: 5_000 })).toEqual([
        { id: 'b', deduplicated: false },
        { id: 'a', deduplicated: true },
      ]);
      expect(await takeIds(consumer)).toEqual(['b']);
    }),
  );

  it(
    'ids that did not arrive are taken when they are sent again, and a late copy of the lost call changes nothing',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      proxy.dropRequests = true;
      await expect(transport.broker.publish([message('a')], { timeout: 200 })).rejects.toThrow(PublishUncertainError);
      proxy.heal();
      proxy.cut();
      expect(await transport.broker.publish([message('a')], { timeout: 5_000 })).toEqual([{ id: 'a', deduplicated: false }]);
      const nonces = await rig.admin.keys(rig.key('nonce:*'));
      expect(new Set(await rig.admin.mget(nonces))).toEqual(new Set(['', 'void']));
    }),
  );

  it(
    'a lost call that arrives when its ids were sent again, and have even finished, brings nothing in',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(await rig.connected());
      proxy.dropRequests = true;
      const lost = proxy.request('body of a');
      await expect(transport.broker.publish([message('a')], { timeout: 200 })).rejects.toThrow(PublishUncertainError);
      proxy.heal();
      proxy.cut();
      await transport.broker.publish([message('a')], { timeout: 5_000 });
      await settleAll(consumer, await consumer.receive(1, never()));
      await proxy.arriveLate(await lost);
      expect(await takeIds(consumer)).toEqual([]);
    }),
  );

  it(
    'if the server was never reached, the error says that nothing was sent',
    proxied(async (rig, proxy) => {
      proxy.refuse = true;
      const transport = rig.transport(proxy.url);
      await expect(transport.broker.publish([message('a')], { timeout: 200 })).rejects.toThrow(BrokerUnavailableError);
    }),
  );

  it(
    'nonces of answered calls are forgotten by the next call, so that they do not fill the server',
    rigged(async (rig) => {
      const transport = await rig.connected();
      for (let call = 0; call < 20; call++) await transport.broker.publish([message(`n${call}`)], { timeout: 5_000 });
      expect(await rig.admin.keys(rig.key('nonce:*'))).toHaveLength(1);
    }),
  );
});

describe('rule 16: unique keys during a connection cut', () => {
  const unique = { key: 'k', expires: null, until: 'end', onConflict: 'existing' } as const;

  it(
    'a publish that its key held back names the holder again when its answer was lost',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      await (await rig.connected()).broker.publish([message('a', { unique })], { timeout: 5_000 });
      proxy.loseAnswerTo('body of b');
      const sent = transport.broker.publish([message('b', { unique }), message('c')], { timeout: 5_000 });
      await proxy.request('body of b');
      await untilReady(rig, 2);
      proxy.heal();
      proxy.cut();
      expect(await sent).toEqual([
        { id: 'a', deduplicated: true },
        { id: 'c', deduplicated: false },
      ]);
    }),
  );

  it(
    'an uncertain publish that its key held back is checked again when it is repeated',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const consumer = await consume(await rig.connected());
      await (await rig.connected()).broker.publish([message('a', { unique })], { timeout: 5_000 });
      const both = [message('b', { unique }), message('c')];
      proxy.dropAnswers = true;
      const sent = transport.broker.publish(both, { timeout: 300 });
      await untilReady(rig, 2);
      await settleAll(consumer, await consumer.receive(1, never()));
      await expect(sent).rejects.toThrow(PublishUncertainError);
      proxy.heal();
      proxy.cut();
      expect(await transport.broker.publish(both, { timeout: 5_000 })).toEqual([
        { id: 'b', deduplicated: false },
        { id: 'c', deduplicated: true },
      ]);
      expect(await takeIds(consumer)).toEqual(['c', 'b']);
    }),
  );

  it(
    'messages of a receive whose answer was lost wait again, and can be replaced',
    proxied(async (rig, proxy) => {
      const transport = await rig.connected(proxy.url);
      const replace = { ...unique, onConflict: 'replace' } as const;
      const consumer = await consumeAnything(transport, { maxWait: 10_000 });
      await transport.broker.publish([message('a', { unique: replace })], { timeout: 5_000 });
      const abort = new AbortController();
      proxy.dropAnswers = true;
      const taken = consumer.receive(1, abort.signal);
      await untilLeased(rig, 1);
      abort.abort();
      await taken;
      proxy.heal();
      proxy.cut();
      await untilReady(rig, 1);
      expect(await transport.broker.publish([message('b', { unique: replace })], { timeout: 5_000 })).toEqual([
        { id: 'b', deduplicated: false },
      ]);
      expect((await consumer.receive(10, never())).map(({ id, revoked }) => [id, revoked])).toEqual([
        ['a', true],
        ['b', false],
      ]);
    }),
  );
});
