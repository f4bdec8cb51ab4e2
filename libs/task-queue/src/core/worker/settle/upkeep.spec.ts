import { describe, expect, it } from '@jest/globals';
import { silentLogger, type TaskLogger } from '../../ports/runtime/logger.js';
import type { FailedLetter } from '../../ports/stores/failed-task-log.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { Settlement } from '../../ports/broker/consumer.js';
import { FakeClock } from '../../../testing/fake-clock.js';
import { testTransport } from '../../../testing/test-transport.js';
import { RememberFailed } from './remember-failed.js';
import { Upkeep } from './upkeep.js';

const settled = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

function recordingLog() {
  const warnings: string[] = [];
  const logger: TaskLogger = { ...silentLogger, warn: (message) => warnings.push(message) };
  return { warnings, logger };
}

describe('upkeep', () => {
  it('removes batch after batch, and again after a while, until it is stopped', async () => {
    const clock = new FakeClock();
    const left = [true, true, false, false];
    let pruned = 0;
    const results = { prune: async () => left[pruned++] } as unknown as ResultBackend;
    const upkeep = new Upkeep({ results, failedTasks: undefined, logger: silentLogger, clock });
    upkeep.start();
    upkeep.start();
    await settled();
    expect(pruned).toBe(3);
    await clock.advance('80s');
    expect(pruned).toBe(4);
    await upkeep.stop();
    await clock.advance('80s');
    upkeep.start();
    await settled();
    expect(pruned).toBe(4);
  });

  it('goes on after a failure, which it tells', async () => {
    const clock = new FakeClock();
    const { warnings, logger } = recordingLog();
    let tries = 0;
    const results = {
      prune: () => (tries++ === 0 ? Promise.reject(new Error('down')) : Promise.resolve(false)),
    } as unknown as ResultBackend;
    const upkeep = new Upkeep({ results, failedTasks: undefined, logger, clock });
    upkeep.start();
    await settled();
    await clock.advance('80s');
    expect([tries, warnings.length]).toEqual([2, 1]);
    await upkeep.stop();
  });
});

describe('failed tasks', () => {
  it('that the log did not take are found with the broker, each queue from where it was complete', async () => {
    const clock = new FakeClock();
    const transport = await testTransport({ clock });
    const { warnings, logger } = recordingLog();
    const remembered: FailedLetter[] = [];
    let down = true;
    const log = {
      record: async (letters: readonly FailedLetter[]) => {
        if (down) throw new Error('down');
        remembered.push(...letters);
      },
      missing: async (letters: readonly FailedLetter[]) => letters.filter(({ id }) => !remembered.some((one) => one.id === id)),
      forget: async () => undefined,
    };
    const failed = new RememberFailed({ log, inspector: transport.inspector, worker: 'w', logger, clock });
    for (const id of ['a', 'b']) {
      await bury(transport, id, failed);
      await clock.advance('5m');
      down = false;
    }
    expect(warnings).toEqual(['failed tasks could not be remembered; they are found with the broker later']);
    expect(remembered.map(({ id, worker }) => [id, worker])).toEqual([['b', 'w']]);
    await failed.repair(new AbortController().signal);
    expect(remembered.map(({ id, worker }) => [id, worker])).toEqual([
      ['b', 'w'],
      ['a', null],
    ]);
    remembered.length = 0;
    await failed.repair(new AbortController().signal);
    expect(remembered).toEqual([]);
    await transport.close();
  });
});

type Opened = Awaited<ReturnType<typeof testTransport>>;

async function bury({ broker }: Opened, id: string, failed: RememberFailed): Promise<void> {
  await broker.publish([{ id, queue: 'q', body: `body of ${id}`, priority: 5, traced: false }], { timeout: 1_000 });
  const events = { lost: () => undefined, revoked: () => undefined };
  const consumer = await broker.consume(['q'], { lease: 60_000, renew: false, maxLoopBlock: 60_000, maxWait: 5, events });
  const [delivery] = await consumer.receive(1, new AbortController().signal);
  const settlement: Settlement = { delivery: delivery!, kind: 'deadLetter', reason: 'failed', detail: 'x', attempts: [], traced: false };
  await consumer.settle([settlement]);
  await consumer.close();
  await failed.remember([settlement, { delivery: delivery!, kind: 'ack', traced: false }]);
}
