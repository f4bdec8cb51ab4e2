import type { AttemptEnd } from '../attempt/attempt-end.js';
import type { AttemptJob } from '../attempt/attempt-job.js';
import type { AttemptRunner, Pool, PoolCapabilities } from '../ports/runtime/pool.js';

export function createPool(kind: 'async' | 'solo', concurrency: number): Pool {
  return kind === 'solo' ? new SoloPool() : new AsyncPool(concurrency);
}

/** Runs one attempt at a time in this process: for debugging, and for tasks that must not overlap in a worker. */
class SoloPool implements Pool {
  readonly capabilities: PoolCapabilities = { name: 'solo', hardTimeLimit: false, concurrent: false };
  #attempts!: AttemptRunner;

  get concurrency(): number {
    return 1;
  }

  async start(attempts: AttemptRunner): Promise<void> {
    this.#attempts = attempts;
  }

  run(job: AttemptJob): AttemptEnd | Promise<AttemptEnd> {
    return this.#attempts.run(job);
  }

  async stop(): Promise<void> {}
}

/** Runs many attempts at once in this process: right for tasks that wait for I/O. */
class AsyncPool extends SoloPool {
  override readonly capabilities: PoolCapabilities = { name: 'async', hardTimeLimit: false, concurrent: true };
  #concurrency: number;

  constructor(concurrency: number) {
    super();
    this.#concurrency = concurrency;
  }

  override get concurrency(): number {
    return this.#concurrency;
  }

  resize(concurrency: number): void {
    this.#concurrency = concurrency;
  }
}
