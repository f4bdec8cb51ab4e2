import type { Clock } from '../ports/runtime/clock.js';

/** The wait of a beat, which can be interrupted. A wake-up outside of a wait ends the next wait immediately. */
export class BeatTimer {
  #woken = false;
  #end: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  async wait(ms: number): Promise<void> {
    if (!this.#woken && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = this.clock.timer(ms, resolve);
        this.#end = () => {
          timer.clear();
          resolve();
        };
      });
    }
    this.#end = undefined;
    this.#woken = false;
  }

  wake(): void {
    this.#woken = true;
    this.#end?.();
  }
}
