import { createSecretKey } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildMessage } from '../../message/build-message.js';
import { PLAIN_CONTENT, type ContentOptions } from '../../message/content-options.js';
import { openCodecs, type Codecs } from '../../message/codecs.js';
import type { TaskMessage } from '../../message/task-message.js';
import { resolveTaskOptions } from '../../policies/task-options.js';
import type { Delivery } from '../../ports/broker/consumer.js';
import { HandlerRegistry } from '../handler-registry.js';
import { describeWaiting, describeRun } from './describe-task.js';
import type { WorkerView } from './worker-view.js';

const CIPHER: Partial<ContentOptions> = { encrypt: { required: false, keys: [{ id: 'a', key: createSecretKey(Buffer.alloc(32, 'k')) }] } };

describe('describing what a worker holds', () => {
  let view: WorkerView;
  let plain: Codecs;
  let guarded: Codecs;

  beforeAll(async () => {
    plain = await openCodecs(PLAIN_CONTENT);
    guarded = await openCodecs({ ...PLAIN_CONTENT, ...CIPHER });
    const handlers = new HandlerRegistry();
    const options = (redactArgs: boolean | number[]) => resolveTaskOptions({ redactArgs }, 'a test');
    handlers.register({ name: 'open', options: options(false), invoke: () => null }, 'here');
    handlers.register({ name: 'hiding', options: options([1]), invoke: () => null }, 'here');
    view = { handlers, codecs: plain } as WorkerView;
  });

  const message = (task: string, args: readonly unknown[], encrypted = false) =>
    buildMessage({ task, args, kwargs: { of: 'it' }, queue: 'q', sentAt: 0, headers: { retries: 2, encrypted } });
  const delivery = (of: TaskMessage, codecs: Codecs): Delivery => bodied(of.id, codecs.messages.encode(of).body);
  const bodied = (id: string, body: string): Delivery => ({ id, queue: 'q', priority: 7, token: 't', body, lostLeases: 1, revoked: false });

  it('tells of a waiting message what its envelope says', () => {
    const call = message('open', [1, 'b', [{ c: 'd' }]]);
    const told = { task: 'open', queue: 'q', priority: 7, retries: 2, args: "[ 1, 'b', [ { c: 'd' } ] ]", kwargs: "{ of: 'it' }" };
    expect(describeWaiting(delivery(call, plain), view)).toEqual({ id: call.id, ...told, redelivered: true });
  });

  it('shortens long arguments', () => {
    const { args } = describeWaiting(delivery(message('open', [Array.from({ length: 500 }, () => 'x'.repeat(200))]), plain), view);
    expect(args).toHaveLength(1_024);
    expect(args.endsWith('…')).toBe(true);
  });

  it('tells nothing that the task hides, and of an unknown task no argument', () => {
    expect(describeWaiting(delivery(message('hiding', ['seen', 'secret']), plain), view).args).toBe("[ 'seen', '[redacted]' ]");
    expect(describeWaiting(delivery(message('unknown', ['secret']), plain), view)).toMatchObject({
      args: '[redacted]',
      kwargs: '[redacted]',
    });
  });

  it('tells nothing that came encrypted, whether it waits or runs', () => {
    const call = message('open', ['secret'], true);
    const sent = delivery(call, guarded);
    expect(describeWaiting(sent, view)).toMatchObject({ task: 'open', args: '[packed]', kwargs: '[packed]' });
    const received = guarded.messages.decode(sent);
    expect(received.args).toEqual(['secret']);
    const facts = { delivery: sent, message: received, startedAt: 5, deadline: undefined, ackedEarly: false, mayComeBack: false };
    const told = describeRun({ ...facts, lease: null, abortReason: undefined, onAbort: undefined, abandoned: false }, view);
    expect(told).toMatchObject({ args: '[encrypted]', kwargs: '[encrypted]', startedAt: 5, deadline: null, ending: null });
  });

  it('tells of what it cannot read that it is there', () => {
    expect(describeWaiting(bodied('x', 'no message'), view)).toMatchObject({ id: 'x', task: null, queue: 'q', args: '', kwargs: '' });
  });
});
