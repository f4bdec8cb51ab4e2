import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions } from '../client/options/client-options.js';
import { buildMessage, retryMessage } from '../message/build-message.js';
import { openCodecs } from '../message/codecs.js';
import { serializeError } from '../message/serialize-error.js';
import { resolveTaskOptions } from '../policies/task-options.js';
import { silentLogger } from '../ports/runtime/logger.js';
import { systemClock } from '../ports/runtime/clock.js';
import { endOf } from './attempt-end.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import type { Outcome } from './outcome.js';

const message = buildMessage({ task: 'mail', args: [1, 'x'], queue: 'default', sentAt: 0 });
const thrown = Object.assign(new Error('refused'), { response: () => 'what no message can carry' });
const error = serializeError(thrown);
const OUTCOMES: readonly Outcome[] = [
  { kind: 'success', value: { sent: 3 } },
  { kind: 'failure', error, thrown, reason: 'failed' },
  { kind: 'retry', error, thrown, next: retryMessage(message, { eta: 5 }), due: { delay: 5 } },
  { kind: 'revoked', error, why: 'terminated' },
  { kind: 'ignored', error },
  { kind: 'rejected', error, thrown },
  { kind: 'requeued', error, thrown },
  { kind: 'snoozed', delay: 5, thrown },
  { kind: 'deferred', delay: 5, why: 'busy' },
  { kind: 'released' },
  { kind: 'lost', begun: true },
];

describe('the end of an attempt', () => {
  it.each(OUTCOMES.map((outcome): [string, Outcome] => [outcome.kind, outcome]))(
    'is plain data after %s: another process can send it',
    async (_, outcome) => {
      const { outcome: inProcess, ...sent } = endOf(message, outcome, await environment(), resolveTaskOptions({}, 'here'));
      expect(inProcess).toBe(outcome);
      expect(structuredClone(sent)).toEqual(sent);
      expect(JSON.parse(JSON.stringify(sent))).toEqual(JSON.parse(JSON.stringify(structuredClone(sent))));
    },
  );
});

async function environment(): Promise<AttemptEnvironment> {
  const options = resolveClientOptions({ broker: 'memory://' });
  return {
    worker: 'w',
    isEager: false,
    codecs: await openCodecs(options),
    recording: null,
    resultExpires: 1_000,
    listeners: undefined,
    saveState: async () => {},
    logger: silentLogger,
    clock: systemClock,
  };
}
