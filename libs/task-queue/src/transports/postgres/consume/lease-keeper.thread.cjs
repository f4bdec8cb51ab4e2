// The thread that renews leases while the main thread is busy. It renews all claims of a consumer each third of a lease, for as long as
// the process lives and the main loop has answered lately (see leasing/lease-keeper.ts and
// leasing/keeper-seat.ts for the messages and the shared memory). Behind leasing/journal.thread.cjs.
const { parentPort, workerData } = require('node:worker_threads');
const { JournalReader } = exports;
const { driver, config, statement, heartbeat } = workerData;
const { Client } = require(driver);

const MAX_BATCH = 500;
// ms after a renewal that failed until it is tried again
const RETRY = 250;
const HEARTBEAT = 0;
const OFFSET = 1;
const RENEWED_AT = 0;
const THROUGH = 1;

const beats = new BigInt64Array(heartbeat);
const seats = new Map();
const micros = () => process.hrtime.bigint() / 1000n;

// One connection, opened when it is needed and dropped when it fails.
let connecting = null;

function connected() {
  connecting ??= open();
  return connecting;
}

async function open() {
  const client = new Client(config);
  const drop = () => {
    connecting = null;
  };
  client.on('error', drop); // failures show as renewals that do not succeed
  client.on('end', drop);
  try {
    await client.connect();
    return client;
  } catch (error) {
    connecting = null;
    throw error;
  }
}

async function drop() {
  const client = await connecting?.catch(() => null);
  connecting = null;
  client?.connection.stream.destroy();
}

// All seats share the connection, and the driver wants one statement at a time.
let last = Promise.resolve();

function ask(values, renewal) {
  const answer = last.then(async () => {
    if (renewal.over) throw new Error('late');
    return (await connected()).query({ ...statement, values });
  });
  last = answer.catch(() => {});
  return answer;
}

class Seat {
  constructor(number, { lease, maxLoopBlock, shared, journal, owner }) {
    this.number = number;
    this.lease = lease;
    this.maxLoopBlock = BigInt(Math.round(maxLoopBlock * 1000));
    this.shared = new BigInt64Array(shared);
    this.journal = new JournalReader(journal);
    this.owner = owner;
    this.batches = new Map();
    this.through = 0;
    // losses that the main loop has not heard of: until it has, nothing is to look renewed, or what is lost would
    this.unheard = 0;
    this.timer = setTimeout(() => this.renew(), lease / 3);
  }

  hold(sequence, text) {
    const [claim, size] = JSON.parse(text);
    this.batches.set(sequence, { claim, size });
  }

  end(sequence) {
    this.batches.delete(sequence);
  }

  // A claim is renewed as a whole.
  abandon() {}

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
    const held = [...this.batches];
    const renewal = { over: false };
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('late')), this.lease / 3);
    });
    try {
      const renewals = [];
      for (let at = 0; at < held.length; at += MAX_BATCH) renewals.push(this.extend(held.slice(at, at + MAX_BATCH), offset, renewal));
      await Promise.race([Promise.all(renewals), late]);
    } catch {
      void drop();
      return false;
    } finally {
      renewal.over = true;
      clearTimeout(timer);
    }
    if (this.unheard > 0) return false;
    Atomics.store(this.shared, RENEWED_AT, started + offset * 1000n);
    Atomics.store(this.shared, THROUGH, BigInt(through));
    return true;
  }

  async extend(held, offset, renewal) {
    const numbers = held.map(([, { claim }]) => claim);
    const { rows } = await ask([this.owner, numbers, this.lease, String(offset)], renewal);
    if (rows.length === 0) return;
    const sequences = new Map(held.map(([sequence, { claim }]) => [claim, sequence]));
    const lost = [];
    const revoked = [];
    for (const { number, ordinal, terminate } of rows) {
      const sequence = sequences.get(number);
      if (ordinal !== null) revoked.push([sequence, ordinal - 1, terminate]);
      else {
        const { size } = this.batches.get(sequence) ?? { size: 0 };
        for (let index = 0; index < size; index++) lost.push([sequence, index]);
        this.batches.delete(sequence);
      }
    }
    if (lost.length > 0) {
      this.unheard += 1;
      this.post({ lost });
    }
    if (revoked.length > 0) this.post({ revoked });
  }

  post(report) {
    parentPort.postMessage({ seat: this.number, ...report });
  }

  close() {
    this.closed = true;
    clearTimeout(this.timer);
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
