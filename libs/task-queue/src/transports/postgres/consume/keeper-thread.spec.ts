import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../core/ports/runtime/logger.js';
import type { HeldBatch } from '../../shared/leases/leased-delivery.js';
import { LeaseKeeper } from '../../shared/leases/lease-keeper.js';
import { THREADS } from '../statements.generated.js';

/** Answers that the first claim of a statement is lost. Counts in shared memory how many statements are under way, and how many at most. */
const DRIVER = `
  exports.Client = class {
    constructor({ seen }) { this.seen = new Int32Array(seen); }
    on() {}
    async connect() {}
    async query({ values: [, numbers] }) {
      const underWay = Atomics.add(this.seen, 0, 1) + 1;
      if (underWay > Atomics.load(this.seen, 1)) Atomics.store(this.seen, 1, underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      Atomics.sub(this.seen, 0, 1);
      return { rows: [{ number: numbers[0], ordinal: null, id: '', terminate: false }] };
    }
  };`;

/** Connects if the password is right, and counts that in shared memory. */
const LOGIN_DRIVER = `
  exports.Client = class {
    constructor({ seen, password }) { Object.assign(this, { seen: new Int32Array(seen), password }); }
    on() {}
    async connect() { if ((await this.password()) !== 'right') throw new Error('wrong password'); Atomics.add(this.seen, 0, 1); }
    async query() { return { rows: [] }; }
  };`;

const batchOf = (sequence: number): HeldBatch => ({
  sequence,
  sentAt: 0,
  deliveries: [],
  open: 1,
  suspect: false,
  renewal: () => JSON.stringify([String(sequence), 1]),
});

describe('rule 7: the thread that renews claims', () => {
  let dir: string;
  beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'keeper-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  it('gives its connection one statement at a time, however many claims and consumers it renews', async () => {
    const driver = join(dir, 'driver.cjs');
    writeFileSync(driver, DRIVER);
    const seen = new Int32Array(new SharedArrayBuffer(8));
    const data = () => ({ driver, config: { seen: seen.buffer }, statement: { text: '' } });
    const keeper = new LeaseKeeper({ source: THREADS.leaseKeeper, data, reachable: () => true }, () => 0, silentLogger);
    await keeper.start();
    try {
      const renewed = [1, 2].map(
        () =>
          new Promise<void>((resolve) => {
            let answers = 0;
            const lost = (): void => void (++answers === 3 && resolve());
            const seat = keeper.seat({ lease: 600, maxLoopBlock: 60_000, lost, revoked() {} }, { owner: '1' });
            seat.hold(Array.from({ length: 1_001 }, (_, sequence) => batchOf(sequence + 1))); // three statements
          }),
      );
      await Promise.all(renewed);
      expect(seen[1]).toBe(1);
    } finally {
      await keeper.close();
    }
  });
  it('rule 30: asks the main loop for a password that the application computes, for each connection', async () => {
    const driver = join(dir, 'driver.cjs');
    writeFileSync(driver, LOGIN_DRIVER);
    const seen = new Int32Array(new SharedArrayBuffer(8));
    const passwords = ['old', 'right'];
    const data = () => ({ driver, config: { seen: seen.buffer }, statement: { text: '' }, asksPassword: true });
    const password = async () => passwords.shift();
    const keeper = new LeaseKeeper({ source: THREADS.leaseKeeper, data, password, reachable: () => true }, () => 0, silentLogger);
    await keeper.start();
    try {
      expect(keeper.state.failure).toBeNull();
      expect(seen[0]).toBe(1);
    } finally {
      await keeper.close();
    }
  });
});
