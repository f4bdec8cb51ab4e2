// The loop of the thread that renews leases while the main thread is busy. Each seat (a consumer) is renewed each third of its
// lease, for as long as the process lives and the main loop has answered lately. See lease-keeper.ts and keeper-seat.ts for the
// messages and the shared memory. The engine's part runs after this one.
{
  const { parentPort, workerData } = require('node:worker_threads');
  // ms until a failed renewal is tried again
  const RETRY = 250;
  const HEARTBEAT = 0;
  const OFFSET = 1;
  const RENEWED_AT = 0;
  const THROUGH = 1;

  const beats = new BigInt64Array(workerData.heartbeat);
  const seats = new Map();
  const micros = () => process.hrtime.bigint() / 1000n;

  class Seat {
    constructor(number, { lease, maxLoopBlock, shared, journal, ...setting }, engine) {
      this.number = number;
      this.lease = lease;
      this.maxLoopBlock = BigInt(Math.round(maxLoopBlock * 1000));
      this.shared = new BigInt64Array(shared);
      this.journal = new exports.JournalReader(journal);
      this.setting = setting;
      this.engine = engine;
      this.batches = new Map();
      this.through = 0;
      // Losses that the main loop has not heard of. Until it has, nothing may look renewed: what is lost would, too.
      this.unheard = 0;
      this.timer = setTimeout(() => this.renew(), lease / 3);
    }

    hold(sequence, text) {
      this.batches.set(sequence, JSON.parse(text));
    }

    end(sequence) {
      this.batches.delete(sequence);
    }

    abandon(sequence, index) {
      const batch = this.batches.get(sequence);
      if (batch) this.engine.abandon(batch, index);
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
      const renewal = { offset: String(offset), late: false, over: false };
      let timer;
      const late = new Promise((_, reject) => {
        timer = setTimeout(() => {
          renewal.late = true;
          reject(new Error('late'));
        }, this.lease / 3);
      });
      try {
        await Promise.race([Promise.all(this.engine.extend(this, renewal)), late]);
      } catch {
        this.engine.failed(renewal);
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

    // Places of lost leases, [sequence, index], and of revoked deliveries, [sequence, index, terminate].
    report(lost, revoked) {
      if (lost.length > 0) {
        this.unheard += 1;
        parentPort.postMessage({ seat: this.number, lost });
      }
      if (revoked.length > 0) parentPort.postMessage({ seat: this.number, revoked });
    }

    close() {
      this.closed = true;
      clearTimeout(this.timer);
    }
  }

  // The engine: extend(seat, renewal) renews `seat.batches` and answers promises, abandon(batch, index), failed(renewal).
  exports.keepLeases = (engine) => {
    parentPort.on('message', ([kind, number, content]) => {
      const seat = seats.get(number);
      if (kind === 'open') seats.set(number, new Seat(number, content, engine));
      else if (kind === 'read') seat?.journal.read(seat);
      else if (kind === 'journal') {
        seat?.journal.read(seat);
        if (seat) seat.journal = new exports.JournalReader(content);
      } else if (kind === 'heard') {
        if (seat) seat.unheard -= 1;
      } else if (kind === 'close') {
        seat?.close();
        seats.delete(number);
      }
    });
    parentPort.postMessage({ ready: true });
  };

  exports.MAX_BATCH = 500;
}
