// The thread that renews leases while the main thread is busy. It renews in batches each third of a lease, for as long as the
// process lives and the main loop has answered lately (see leasing/lease-keeper.ts and leasing/keeper-seat.ts for the
// messages and the shared memory). Behind leasing/journal.thread.cjs.
const { parentPort, workerData } = require('node:worker_threads');
const { JournalReader } = exports;
const { driver, options, script, heartbeat } = workerData;
const { Redis } = require(driver);

const MAX_BATCH = 500;
// ms after a renewal that failed until it is tried again
const RETRY = 250;
const HEARTBEAT = 0;
const OFFSET = 1;
const RENEWED_AT = 0;
const THROUGH = 1;

const beats = new BigInt64Array(heartbeat);
const seats = new Map();
const client = new Redis({
  ...options,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: null,
  retryStrategy: (times) => Math.min(1000, 50 * 2 ** Math.min(times, 5)),
});
// Failures show as renewals that do not succeed.
client.on('error', () => {});

const micros = () => process.hrtime.bigint() / 1000n;

class Seat {
  constructor(number, { lease, maxLoopBlock, shared, journal, marks }) {
    this.number = number;
    this.lease = lease;
    this.maxLoopBlock = BigInt(Math.round(maxLoopBlock * 1000));
    this.shared = new BigInt64Array(shared);
    this.journal = new JournalReader(journal);
    this.marks = marks;
    this.batches = new Map();
    this.through = 0;
    // losses that the main loop has not heard of: until it has, nothing is to look renewed, or what is lost would
    this.unheard = 0;
    this.timer = setTimeout(() => this.renew(), lease / 3);
  }

  hold(sequence, text) {
    const [leased, members] = JSON.parse(text);
    this.batches.set(sequence, { leased, members });
  }

  end(sequence) {
    this.batches.delete(sequence);
  }

  abandon(sequence, index) {
    const batch = this.batches.get(sequence);
    if (batch) batch.members[index] = null;
  }

  async renew() {
    const started = micros();
    const next = (await this.renewAll(started)) ? this.lease / 3 - Number(micros() - started) / 1000 : RETRY;
    if (!this.closed) this.timer = setTimeout(() => this.renew(), Math.max(RETRY / 10, Math.min(next, this.lease / 3)));
  }

  // Whether everything held was renewed.
  async renewAll(started) {
    this.journal.read(this);
    if (this.batches.size === 0) return true;
    if (started - Atomics.load(beats, HEARTBEAT) > this.maxLoopBlock) return false;
    const { through } = this;
    const offset = Atomics.load(beats, OFFSET);
    const timeout = setTimeout(() => client.disconnect(true), this.lease / 3);
    try {
      await Promise.all(this.calls());
    } catch {
      return false;
    } finally {
      clearTimeout(timeout);
    }
    if (this.unheard > 0) return false;
    Atomics.store(this.shared, RENEWED_AT, started + offset * 1000n);
    Atomics.store(this.shared, THROUGH, BigInt(through));
    return true;
  }

  calls() {
    const byQueue = new Map();
    for (const [sequence, batch] of this.batches) {
      const { leased } = batch;
      const places = byQueue.get(leased) ?? [];
      byQueue.set(leased, places);
      batch.members.forEach((member, index) => member !== null && places.push({ sequence, index, member }));
    }
    const calls = [];
    for (const [leased, places] of byQueue) {
      for (let at = 0; at < places.length; at += MAX_BATCH) calls.push(this.extend(leased, places.slice(at, at + MAX_BATCH)));
    }
    return calls;
  }

  async extend(leased, places) {
    const offset = String(Atomics.load(beats, OFFSET));
    const args = [3, leased, ...this.marks, offset, String(this.lease), ...places.map((place) => place.member)];
    const [flags, ...pairs] = await evaluate(args);
    const lost = places.filter((_, at) => flags !== '' && flags[at] === '1');
    for (const { sequence, index } of lost) {
      const batch = this.batches.get(sequence);
      if (batch) batch.members[index] = null;
    }
    if (lost.length > 0) {
      this.unheard += 1;
      this.post({ lost: lost.map(({ sequence, index }) => [sequence, index]) });
    }
    if (pairs.length > 0) this.post({ revoked: this.places(places, pairs) });
  }

  places(places, pairs) {
    const marks = new Map();
    for (let at = 0; at < pairs.length; at += 2) marks.set(pairs[at], pairs[at + 1] === '1');
    return places.flatMap(({ sequence, index, member }) => {
      const terminate = marks.get(member.slice(1, member.lastIndexOf(':')));
      return terminate === undefined ? [] : [[sequence, index, terminate]];
    });
  }

  post(report) {
    parentPort.postMessage({ seat: this.number, ...report });
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
  }
}

async function evaluate(args) {
  try {
    return await client.evalsha(script.sha, ...args);
  } catch (error) {
    // After a failover the master is elsewhere: the next connection finds it.
    if (/^READONLY/.test(error.message)) client.disconnect(true);
    if (!/^NOSCRIPT/.test(error.message)) throw error;
    return client.eval(script.source, ...args);
  }
}

parentPort.on('message', ([kind, number, content]) => {
  const seat = seats.get(number);
  if (kind === 'open') seats.set(number, new Seat(number, content));
  else if (kind === 'read') seat?.journal.read(seat);
  else if (kind === 'journal') {
    seat?.journal.read(seat);
    if (seat) seat.journal = new JournalReader(content);
  } else if (kind === 'heard') {
    if (seat) seat.unheard -= 1;
  } else if (kind === 'close') {
    seat?.close();
    seats.delete(number);
  }
});
parentPort.postMessage({ ready: true });
