import { setImmediate } from 'node:timers/promises';

/** ms of work without a pause, so that requests, leases and other timers of the process are not kept waiting */
const LONGEST_STRETCH = 10;

/** Divides a long computation into stretches, between which the event loop does other work. */
export class Pace {
  #since = performance.now();

  get isLong(): boolean {
    return performance.now() - this.#since > LONGEST_STRETCH;
  }

  async rest(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
