// The loop of the thread that renews leases while the main thread is busy. Each seat (a consumer) is renewed each third of its
// lease, for as long as the process lives and the main loop has answered lately. The main loop is told whether the engine's
// connection answers. See lease-keeper.ts and keeper-seat.ts for the messages and the shared memory. The engine's part runs after
// this one.
{
  const { parentPort, workerData } = require('node:worker_threads');
  // ms until a failed renewal is tried again
  const RETRY = 250;
  // ms that the store may take to answer a question
  const ANSWER_LIMIT = 5000;
  const HEARTBEAT = 0;
  const OFFSET = 1;
  const RENEWED_AT = 0;
  const THROUGH = 1;

  const beats = new BigInt64Array(workerData.heartbeat);
  const seats = new Map();
  const micros = () => process.hrtime.bigint() / 1000n;

  // Why the connection does not answer; null = it does.
  let broken = 'it has not answered yet';
  let told;
  let checking = false;

  function tell() {
    const failing = broken ?? [...seats.values()].find(({ failure }) => failure !== null)?.failure ?? null;
    if (failing !== told) parentPort.postMessage({ failure: failing });
    told = failing;
  }

  // Settles as `promise` does, or fails after `ms`.
  async function within(promise, ms, late) {
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => {
        late();
        reject(new Error(`no answer within ${Math.round(ms)} ms`));
      }, ms);
    });
    try {
      return await Promise.race([promise, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  // Asks until the store answers.
  async function check(engine) {
    if (checking) return;
    checking = true;
    for (;;) {
      const question = { late: false };
      try {
        await within(engine.ask(), ANSWER_LIMIT, () => (question.late = true));
        break;
      } catch (error) {
        broken = error.message;
        tell();
        engine.failed(question);
      }
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
    checking = false;
    broken = null;
    tell();
  }

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
      // Why the last renewal failed; null = it did not.
      this.failure = null;
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
      if (this.batches.size === 0) return this.ended(null);
      if (started - Atomics.load(beats, HEARTBEAT) > this.maxLoopBlock) return false;
      const { through } = this;
      const offset = Atomics.load(beats, OFFSET);
      const renewal = { offset: String(offset), late: false, over: false };
      try {
        await within(Promise.all(this.engine.extend(this, renewal)), this.lease / 3, () => (renewal.late = true));
      } catch (error) {
        this.engine.failed(renewal);
        return this.ended(error.message);
      } finally {
        renewal.over = true;
      }
      this.ended(null);
      if (this.unheard > 0) return false;
      Atomics.store(this.shared, RENEWED_AT, started + offset * 1000n);
      Atomics.store(this.shared, THROUGH, BigInt(through));
      return true;
    }

    // Notes how a renewal ended. @returns whether it succeeded
    ended(failure) {
      if (failure !== this.failure) {
        this.failure = failure;
        tell();
      }
      return failure === null;
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

  // A password that the application computes; only the main loop can.
  const asking = [];
  exports.password = async () => {
    const { password, failure } = await new Promise((resolve) => {
      asking.push(resolve);
      parentPort.postMessage({ asks: true });
    });
    if (failure !== undefined) throw new Error(failure);
    return password;
  };

  // The engine: extend(seat, renewal) renews `seat.batches` and answers promises, abandon(batch, index), failed(renewal), ask()
  // renews nothing and resolves if a renewal would succeed. It calls `exports.lost` when its connection has ended.
  exports.keepLeases = (engine) => {
    parentPort.on('message', ([kind, number, content]) => {
      const seat = seats.get(number);
      if (kind === 'password') {
        for (const answer of asking.splice(0)) answer(content);
      } else if (kind === 'open') seats.set(number, new Seat(number, content, engine));
      else if (kind === 'read') seat?.journal.read(seat);
      else if (kind === 'journal') {
        seat?.journal.read(seat);
        if (seat) seat.journal = new exports.JournalReader(content);
      } else if (kind === 'heard') {
        if (seat) seat.unheard -= 1;
      } else if (kind === 'close') {
        seat?.close();
        seats.delete(number);
        tell();
      }
    });
    exports.lost = (why) => {
      broken ??= why;
      tell();
      void check(engine);
    };
    parentPort.postMessage({ ready: true });
    void check(engine);
  };

  exports.MAX_BATCH = 500;
}
