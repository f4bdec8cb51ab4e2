import { Worker } from 'node:worker_threads';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import { LeaseKeeperError } from '../../../core/errors/run-errors.js';
import { KeeperSeat } from './keeper-seat.js';
import { KeeperState } from './keeper-state.js';
import type { SeatOptions } from './keeper-seat.js';
import { monotonic } from '../monotonic.js';
import { THREADS } from './threads.generated.js';

/** ms that the thread may take to start */
const START_LIMIT = 10_000;
const RESTART_PAUSE = 1_000;
/** ms that the boot waits for the first answer to the thread */
const FIRST_ANSWER = 5_000;
const BEAT_EVERY = 1_000;
/** indexes of the shared heartbeat */
const HEARTBEAT = 0;
const OFFSET = 1;

/** The engine's part of the thread. */
export interface KeeperThread {
  /** CommonJS text that calls `exports.keepLeases`, run after journal.thread.cjs and lease-keeper.thread.cjs */
  readonly source: string;
  /**
   * The thread's workerData: how to connect, and what to send.
   * @throws InvalidOptionError an option cannot be passed to a thread
   */
  data(): object;
  /** the password of the thread's next connection, if the application computes one; the thread asks for it with `exports.password()` */
  password?(): unknown;
  /** whether the main connection reaches the server, so that the thread's own connection should, too */
  reachable(): boolean;
}

interface Report {
  /** why the thread cannot renew; null = it can */
  readonly failure?: string | null;
  /** it needs a password */
  readonly asks?: true;
  readonly seat?: number;
  readonly lost?: readonly (readonly [number, number])[];
  readonly revoked?: readonly (readonly [number, number, boolean])[];
}

/**
 * Runs the thread that renews leases on a connection of its own, so that a handler that blocks the main loop does not lose them
 * (rule 7). The main loop proves that it lives with a heartbeat in shared memory. The consumers of a transport share the thread;
 * each has a seat in it. A thread that ends by itself is started again with everything that is held.
 */
export class LeaseKeeper {
  readonly state: KeeperState;
  #worker: Worker | null = null;
  #starting: Promise<void> | null = null;
  #beat: NodeJS.Timeout | null = null;
  #closed = false;
  #seatNumber = 0;
  readonly #seats = new Map<number, KeeperSeat>();
  readonly #beats = new BigInt64Array(new SharedArrayBuffer(16));

  constructor(
    private readonly thread: KeeperThread,
    private readonly timeOffset: () => number,
    private readonly logger: TaskLogger,
  ) {
    this.state = new KeeperState(logger);
  }

  /**
   * Waits until the thread can renew, some seconds at most: an application boots without a server that is not reachable yet. Safe to
   * call twice.
   * @throws LeaseKeeperError · InvalidOptionError
   */
  start(): Promise<void> {
    this.#starting ??= this.#begin().catch((error: unknown) => {
      this.#starting = null;
      throw error;
    });
    return this.#starting;
  }

  /** @param setting what the engine's thread must know about this consumer */
  seat(options: SeatOptions, setting: object): KeeperSeat {
    const number = ++this.#seatNumber;
    const seat = new KeeperSeat(number, options, setting, {
      post: (message) => this.#post(message),
      closed: () => this.#seats.delete(number),
    });
    this.#seats.set(number, seat);
    seat.open();
    this.#keepBeating();
    return seat;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.state.close();
    if (this.#beat !== null) clearInterval(this.#beat);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #post(message: unknown): boolean {
    this.#worker?.postMessage(message);
    return this.#worker !== null;
  }

  async #begin(): Promise<void> {
    await this.#launch();
    if (!this.thread.reachable()) return;
    await this.state.sound(FIRST_ANSWER);
    this.state.log();
  }

  async #launch(): Promise<void> {
    this.#writeBeat();
    const worker = this.#makeWorker();
    worker.on('error', (error) => this.#failed(worker, error));
    worker.on('exit', () => this.#failed(worker, new Error('it ended')));
    worker.on('message', (report: Report) => this.#report(report));
    await begun(worker);
    if (this.#closed) return void (await worker.terminate());
    worker.unref();
    this.#worker = worker;
    for (const seat of this.#seats.values()) seat.open();
  }

  #makeWorker(): Worker {
    const workerData = { ...this.thread.data(), heartbeat: this.#beats.buffer };
    try {
      return new Worker(`'use strict';\n${THREADS.journal}${THREADS.leaseKeeper}${this.thread.source}`, {
        eval: true,
        workerData,
        execArgv: [],
      });
    } catch (error) {
      throw new LeaseKeeperError(error instanceof Error ? error.message : String(error));
    }
  }

  #failed(worker: Worker, error: Error): void {
    if (this.#closed || this.#worker !== worker) return;
    this.#worker = null;
    this.logger.error('The thread that renews leases has ended; starting it again', { error });
    this.#judge('it has ended');
    const restart = (): void => {
      if (this.#closed) return;
      this.#launch().catch(() => setTimeout(restart, RESTART_PAUSE).unref());
    };
    restart();
  }

  #judge(failure: string | null): void {
    const leases = [...this.#seats.values()].map((seat) => seat.options.lease);
    this.state.report(failure, Math.min(FIRST_ANSWER, ...leases.map((lease) => lease / 3)));
  }

  #report(report: Report): void {
    if (this.#closed) return;
    if (report.failure !== undefined) this.#judge(report.failure);
    if (report.asks) void this.#tellPassword();
    const seat = this.#seats.get(report.seat ?? 0);
    if (report.lost !== undefined) seat?.lost(report.lost);
    if (report.revoked !== undefined) seat?.options.revoked(report.revoked);
  }

  async #tellPassword(): Promise<void> {
    try {
      this.#post(['password', 0, { password: await this.thread.password?.() }]);
    } catch (error) {
      this.#post(['password', 0, { failure: error instanceof Error ? error.message : String(error) }]);
    }
  }

  #keepBeating(): void {
    const every = Math.min(BEAT_EVERY, ...[...this.#seats.values()].map((seat) => seat.options.maxLoopBlock / 4));
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#writeBeat();
    this.#beat = setInterval(() => this.#writeBeat(), Math.max(10, every)).unref();
  }

  #writeBeat(): void {
    Atomics.store(this.#beats, HEARTBEAT, BigInt(Math.round(monotonic() * 1_000)));
    Atomics.store(this.#beats, OFFSET, BigInt(Math.round(this.timeOffset())));
  }
}

function begun(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string): void => {
      clearTimeout(timer);
      void worker.terminate();
      reject(new LeaseKeeperError(why));
    };
    const timer = setTimeout(() => fail('it did not begin in time'), START_LIMIT);
    worker.once('error', (error) => fail(error.message));
    worker.once('exit', () => fail('it ended at once'));
    worker.once('message', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
