import { describe, expect, it } from '@jest/globals';
import { openCodecs } from '../../message/codecs.js';
import type { BrokerCapabilities } from '../../ports/broker/capabilities.js';
import type { CalledTask } from '../../ports/task/declared-task.js';
import type { CallOptions } from '../../canvas/call-options.js';
import { resolveClientOptions, type ClientOptionsInput } from '../options/client-options.js';
import { launchCall } from './launch-call.js';
import { planCall } from './plan-call.js';
import { Routing } from '../routing/routing.js';
import { signature } from '../../canvas/signature.js';

const BROKER = { name: 'test', rateLimits: true } as BrokerCapabilities;

async function prepare(task: CalledTask, input: ClientOptionsInput = {}, options?: CallOptions, broker = BROKER) {
  const client = resolveClientOptions(input);
  const routing = client.routes === undefined ? null : new Routing(client.routes, client, () => ({ route: () => null }));
  const codecs = await openCodecs(client);
  const planned = planCall(task, [], options, { broker, client, codecs, routing }, 1_000);
  return launchCall(planned, { now: 1_000, parent: undefined }, codecs.messages, client.maxPayloadBytes);
}

describe('the limit of a call', () => {
  it('is that of its task, smooth, and knows when the message expires', async () => {
    expect((await prepare({ name: 'mail', rateLimit: '100/m' })).publication.limit).toEqual({ key: 'mail', intervalMs: 600 });
    expect((await prepare({ name: 'mail', rateLimit: '0' })).publication.limit).toBeUndefined();
    const { publication } = await prepare({ name: 'mail', rateLimit: 4 }, {}, { expires: '1s' });
    expect(publication.limit).toEqual({ key: 'mail', intervalMs: 250, expires: 2_000 });
  });

  it('is nowhere where none is asked for', async () => {
    expect((await prepare({ name: 'mail' })).publication.limit).toBeUndefined();
  });

  it('is what annotations and routes say over the task', async () => {
    const annotations = { 'mail.*': { rateLimit: '1/s' } };
    expect((await prepare({ name: 'mail.send', rateLimit: '9/s' }, { annotations })).publication.limit?.intervalMs).toBe(1_000);
    const routes = { 'mail.*': { queue: 'slow', rateLimit: '1/h' } };
    expect((await prepare({ name: 'mail.send' }, { routes })).publication.limit?.intervalMs).toBe(3_600_000);
  });

  it('goes along with a link, whose call a worker makes', async () => {
    const annotations = { mail: { rateLimit: '2/s' } };
    const { message } = await prepare({ name: 'order' }, { annotations }, { link: signature('mail') });
    expect(message.headers.link).toMatchObject([{ task: 'mail', interval: 500 }]);
  });

  it('is refused at the call, and in a link, where the broker keeps no rates', async () => {
    const without = { ...BROKER, rateLimits: false };
    const refused = { code: 'UNSUPPORTED_OPTION', option: 'rateLimit' };
    await expect(prepare({ name: 'mail', rateLimit: 1 }, {}, {}, without)).rejects.toMatchObject(refused);
    const linked = prepare({ name: 'order' }, { annotations: { mail: { rateLimit: 1 } } }, { link: signature('mail') }, without);
    await expect(linked).rejects.toMatchObject(refused);
  });

  it('is refused as INVALID_OPTION where it is no rate: at the call, in annotations and in routes', async () => {
    const refused = { code: 'INVALID_OPTION', option: 'rateLimit' };
    await expect(prepare({ name: 'mail', rateLimit: '10/x' })).rejects.toMatchObject(refused);
    await expect(prepare({ name: 'mail' }, { annotations: { mail: { rateLimit: '10/x' } } })).rejects.toMatchObject(refused);
    await expect(prepare({ name: 'mail' }, { routes: { mail: { queue: 'a', rateLimit: '10/x' } } })).rejects.toMatchObject(refused);
  });
});
