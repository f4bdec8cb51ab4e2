import { afterEach, describe, expect, it } from '@jest/globals';
import { resolveClientOptions, type ClientOptionsInput } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { silentLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { Consumer } from '../../libs/task-queue/src/core/ports/broker/consumer.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { completeTransport } from '../../libs/task-queue/src/assembly/absent-parts.js';
import { openTransport } from '../../libs/task-queue/src/assembly/open-transport.js';
import { redisUrl } from '../support/services.js';

const BROKERS = [
  ['memory', () => `memory://rates-${process.pid}`],
  ['redis', redisUrl],
] as const;
const opened: CompleteTransport[] = [];
let prefixes = 0;

afterEach(async () => {
  await Promise.all(opened.splice(0).map((transport) => transport.close()));
});

async function open(url: string, input: ClientOptionsInput) {
  const keyPrefix = `rates${process.pid}-${Date.now()}-${++prefixes}`;
  const options = resolveClientOptions({ broker: url.startsWith('memory') ? `${url}-${prefixes}` : url, keyPrefix, ...input });
  const common = { logger: silentLogger, clock: systemClock, timeOffset: () => 0 };
  const transport = completeTransport(await openTransport(options.broker, { ...options, ...common }));
  opened.push(transport);
  await transport.connect();
  const client = new TaskClient({
    transport,
    codecs: await openCodecs(options),
    options,
    describe: () => new Map(),
    localHandler: () => undefined,
    routerOf: (type) => new type(),
    transactional: null,
    clock: systemClock,
    logger: silentLogger,
  });
  const events = { lost: () => {}, revoked: () => {} };
  const consumer = await transport.broker.consume(['default'], { lease: 10_000, renew: false, maxLoopBlock: 60_000, maxWait: 5, events });
  return { client, consumer, transport };
}

async function take(consumer: Consumer): Promise<string[]> {
  return (await consumer.receive(100, new AbortController().signal)).map(({ id }) => id);
}

describe.each(BROKERS)('rate limits on %s', (_, url) => {
  it('lets one call through in an hour, and all waiting ones once the limit is removed', async () => {
    const { client, consumer, transport } = await open(url(), { annotations: { 'mail.*': { rateLimit: '1/h' } } });
    for (const taskId of ['a', 'b', 'c']) await client.sendTask('mail.send', [], { taskId });
    await client.sendTask('other', [], { taskId: 'other' });
    expect((await take(consumer)).sort()).toEqual(['a', 'other']);
    expect(await take(consumer)).toEqual([]);
    expect(await transport.inspector.counts('default')).toMatchObject({ ready: 0, limited: 2, leased: 2 });
    await client.setRate('mail.send', 0);
    expect(await take(consumer)).toEqual(['b', 'c']);
  });

  it("keeps a rate that was set at run time until it is reset to the task's", async () => {
    const { client, consumer } = await open(url(), { annotations: { mail: { rateLimit: 1e6 } } });
    await client.setRate('mail', '1/h');
    for (const taskId of ['a', 'b']) await client.sendTask('mail', [], { taskId });
    expect([await take(consumer), await take(consumer)]).toEqual([['a'], []]);
    await client.setRate('mail', null);
    expect(await take(consumer)).toEqual(['b']);
  });

  it('refuses an invalid rate, and changes nothing', async () => {
    const { client } = await open(url(), {});
    await expect(client.setRate('mail', '10/x')).rejects.toMatchObject({ code: 'INVALID_OPTION', option: 'rate' });
    await expect(client.setRate('mail', -1)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('is refused by a broker without rate limits', async () => {
    const { client, transport } = await open(url(), {});
    Object.assign(transport.broker.capabilities, { rateLimits: false });
    await expect(client.setRate('mail', '10/s')).rejects.toMatchObject({ code: 'UNSUPPORTED_OPTION', option: 'rateLimit' });
  });
});
