import { LONGEST_TIMER } from '../../core/ports/runtime/clock.js';
import { NestTaskLogger } from './nest-task.logger.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const EXIT_CODES: Readonly<Record<ShutdownSignal, number>> = { SIGTERM: 143, SIGINT: 130 };

/** ms within which a repeated signal is ignored: the terminal signals the whole group, and npm forwards Ctrl-C again. */
const ECHO = 500;

export type ShutdownSignal = (typeof SIGNALS)[number];

/**
 * Handles the signals of the process: the first starts a warm shutdown and exits with 0 after it, the second exits at once.
 * (Nest itself would ignore the second and end by the signal.)
 */
export class ShutdownSignals {
  #first: { readonly signal: ShutdownSignal; readonly at: number } | undefined;
  #hold: NodeJS.Timeout | undefined;

  constructor(private readonly shutDown: (signal: ShutdownSignal) => Promise<void>) {}

  /** Also keeps the process alive: during an outage of the broker nothing else may do so. */
  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.#receive);
    this.#hold ??= setInterval(() => {}, LONGEST_TIMER);
  }

  unlisten(): void {
    clearInterval(this.#hold);
    this.#hold = undefined;
    for (const signal of SIGNALS) process.off(signal, this.#receive);
  }

  /** Acts as a first signal; a second one still exits at once. */
  begin(): void {
    if (this.#first === undefined) this.#begin('SIGTERM');
  }

  readonly #receive = (signal: ShutdownSignal): void => {
    if (this.#first === undefined) return this.#begin(signal);
    if (this.#first.signal === signal && performance.now() - this.#first.at < ECHO) return;
    process.exit(EXIT_CODES[signal]);
  };

  #begin(signal: ShutdownSignal): void {
    this.#first = { signal, at: performance.now() };
    this.shutDown(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        new NestTaskLogger().error('the shutdown failed', { signal, error });
        process.exit(1);
      },
    );
  }
}
