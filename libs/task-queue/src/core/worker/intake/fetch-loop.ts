import type { Clock } from '../../ports/runtime/clock.js';
import type { Consumer } from '../../ports/broker/consumer.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { Slots } from './slots.js';

export interface FetchLoopOptions {
  readonly consumer: Consumer;
  readonly slots: Slots;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 2_000;

/** Asks the broker for work whenever slots are free, one request at a time. Retries a failing broker for ever, with longer pauses. */
export class FetchLoop {
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #wake: (() => void) | undefined;

  constructor(private readonly options: FetchLoopOptions) {}

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Wakes the loop if it waits for free slots. */
  room(): void {
    this.#wake?.();
  }

  /** Takes no more work. Resolves when the last receive has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { consumer, slots, logger, clock } = this.options;
    const { signal } = this.#stopping;
    let pause = FIRST_PAUSE;
    while (!signal.aborted) {
      const wanted = slots.wanted;
      if (wanted === 0) {
        await this.#untilRoom();
        continue;
      }
      try {
        slots.accept(await consumer.receive(wanted, signal));
        pause = FIRST_PAUSE;
      } catch (error) {
        logger.warn('fetching failed; trying again', { error, pause });
        await this.#untilWoken(pause, clock);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  async #untilRoom(): Promise<void> {
    await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
  }

  async #untilWoken(ms: number, clock: Clock): Promise<void> {
    const { signal } = this.#stopping;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        timer.clear();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = clock.timer(ms, done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
