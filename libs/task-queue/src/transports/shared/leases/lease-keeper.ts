import { Worker } from 'node:worker_threads';
import type { TaskLogger } from '../../../core/ports/runtime/logger.js';
import { LeaseKeeperError } from '../../../core/errors/run-errors.js';
import { KeeperSeat } from './keeper-seat.js';
import type { SeatOptions } from './keeper-seat.js';
import { monotonic } from '../monotonic.js';
import { THREADS } from './threads.generated.js';

/** ms that the thread may take to start */
const START_LIMIT = 10_000;
const RESTART_PAUSE = 1_000;
const BEAT_EVERY = 1_000;
/** indexes of the shared heartbeat */
const HEARTBEAT = 0;
const OFFSET = 1;

/** The engine's part of the thread. */
export interface KeeperThread {
  /** CommonJS text that calls `exports.keepLeases`, run after journal.thread.cjs and lease-keeper.thread.cjs */
  readonly source: string;
  /** the thread's workerData: how to connect, and what to send */
  data(): object;
}

interface Report {
  readonly ready?: true;
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
  ) {}

  /**
   * Safe to call twice.
   * @throws LeaseKeeperError
   */
  start(): Promise<void> {
    this.#starting ??= this.#launch().catch((error: unknown) => {
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
    if (this.#beat !== null) clearInterval(this.#beat);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #post(message: unknown): boolean {
    this.#worker?.postMessage(message);
    return this.#worker !== null;
  }

  async #launch(): Promise<void> {
    this.#writeBeat();
    const worker = this.#makeWorker();
    worker.on('error', (error) => this.#failed(worker, error));
    worker.on('exit', () => this.#failed(worker, new Error('it ended')));
    await begun(worker);
    worker.on('message', (report: Report) => this.#report(report));
    worker.unref();
    this.#worker = worker;
    for (const seat of this.#seats.values()) seat.open();
  }

  #makeWorker(): Worker {
    try {
      const workerData = cloneable({ ...this.thread.data(), heartbeat: this.#beats.buffer });
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
    const restart = (): void => {
      if (this.#closed) return;
      this.#launch().catch(() => setTimeout(restart, RESTART_PAUSE).unref());
    };
    restart();
  }

  #report(report: Report): void {
    const seat = this.#seats.get(report.seat ?? 0);
    if (report.lost !== undefined) seat?.lost(report.lost);
    if (report.revoked !== undefined) seat?.options.revoked(report.revoked);
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

/** The driver's options without functions (a custom lookup or connector), which cannot be cloned into a thread. */
function cloneable(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer) return value;
  if (Array.isArray(value)) return value.filter((item) => typeof item !== 'function').map(cloneable);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, item]) => typeof item !== 'function')
      .map(([key, item]) => [key, cloneable(item)]),
  );
}
