import { describe, expect, it } from '@jest/globals';
import { delivery, signal, workerByHand, turn } from '../../../../../test/support/worker-by-hand.js';
import { BrokerUnavailableError } from '../errors/publish-errors.js';

describe('rule 17: a revoke that a worker is told of', () => {
  it.each([true, false])('gives back what waits here, to come again with its mark, once and for all (terminate: %s)', async (terminate) => {
    const [started, go] = [signal(), signal()];
    const ran: string[] = [];
    const { worker, log, events } = workerByHand({
      deliveries: [delivery('runs'), delivery('waits')],
      worker: { concurrency: 1 },
      handler: async ({ id }) => {
        ran.push(id);
        started.give();
        await go.come;
      },
    });
    await worker.start();
    await started.come;
    events().revoked([{ id: 'waits', terminate }]);
    await turn();
    expect(log).toEqual(['0 release waits charge=false']);
    go.give();
    await worker.stop();
    expect(ran).toEqual(['runs']);
  });

  it('reaches a run whose beginning is still being stored', async () => {
    const [storing, stored] = [signal(), signal()];
    const ran: string[] = [];
    const { worker, log, events } = workerByHand({
      deliveries: [delivery('begins')],
      task: { trackStarted: true },
      async saves() {
        storing.give();
        await stored.come;
      },
      handler: ({ id }) => void ran.push(id),
    });
    await worker.start();
    await storing.come;
    events().revoked([{ id: 'begins', terminate: true }]);
    stored.give();
    await worker.stop();
    expect(ran).toEqual([]);
    expect(log).toEqual(['0 save begins STARTED', '0 ack begins REVOKED', '0 close']);
  });
});

describe('a delivery stays with no worker that cannot handle it', () => {
  it('is run although STARTED cannot be stored', async () => {
    const ran = signal();
    const { worker, log } = workerByHand({
      deliveries: [delivery('a')],
      task: { trackStarted: true },
      saves: () => Promise.reject(new BrokerUnavailableError('Saving')),
      handler: () => ran.give(),
    });
    await worker.start();
    await ran.come;
    await worker.stop();
    expect(log).toEqual(['0 ack a SUCCESS', '0 close']);
  });

  it('is not begun when its lease ran out while STARTED was stored, and goes back where nobody has it yet', async () => {
    const [storing, stored] = [signal(), signal()];
    let held = true;
    const ran: string[] = [];
    const { worker, log } = workerByHand({
      deliveries: [delivery('late')],
      task: { trackStarted: true },
      async saves() {
        storing.give();
        await stored.come;
      },
      holds: () => held,
      handler: ({ id }) => void ran.push(id),
    });
    await worker.start();
    await storing.come;
    held = false;
    stored.give();
    await worker.stop();
    expect(ran).toEqual([]);
    expect(log).toEqual(['0 save late STARTED', '0 release late charge=false', '0 close']);
  });

  it.each([
    ['handler', []],
    ['commit', ['late']],
  ])('goes back when its lease ran out before the %s of its transaction: kept, it would be renewed and run nowhere', async (last, runs) => {
    let held = true;
    const ends: (string | null)[] = [];
    const ran: string[] = [];
    const { worker, log } = workerByHand({
      deliveries: [delivery('late')],
      task: { transactional: true },
      holds: () => held,
      handler: ({ id }) => {
        ran.push(id);
        held = false;
      },
      transactions: {
        retention: 60_000,
        check: async () => undefined,
        find: async () => ({ kind: 'none' }),
        prune: async () => undefined,
        async run(_id, work) {
          held = last === 'commit';
          ends.push(await work());
          return { kind: 'rolledBack' };
        },
      },
    });
    await worker.start();
    await worker.stop();
    expect({ ends, ran }).toEqual({ ends: [null], ran: runs });
    expect(log).toEqual(['0 release late charge=false', '0 close']);
  });

  it('goes back after a lease, charged, when the worker itself fails at it', async () => {
    const asked = signal();
    let fails = true;
    const { worker, log } = workerByHand({
      deliveries: [delivery('a')],
      holds() {
        asked.give();
        if (!fails) return true;
        fails = false;
        throw new Error('of the worker');
      },
      handler: () => undefined,
    });
    await worker.start();
    await asked.come;
    await worker.stop();
    expect(log).toEqual(['0 release a charge=true', '0 close']);
  });
});
