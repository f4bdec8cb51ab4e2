import { NestTaskLogger } from './nest-task.logger.js';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
const EXIT_CODES: Readonly<Record<ShutdownSignal, number>> = { SIGTERM: 143, SIGINT: 130 };

export type ShutdownSignal = (typeof SIGNALS)[number];

/**
 * Owns the process's signals: the first asks for a warm shutdown and exits with 0 after it, the second cuts. (Nest itself
 * would swallow the second and end by the signal.)
 */
export class ShutdownSignals {
  #received = false;

  constructor(private readonly shutDown: (signal: ShutdownSignal) => Promise<void>) {}

  listen(): void {
    for (const signal of SIGNALS) process.on(signal, this.#receive);
  }

  unlisten(): void {
    for (const signal of SIGNALS) process.off(signal, this.#receive);
  }

  readonly #receive = (signal: ShutdownSignal): void => {
    if (this.#received) process.exit(EXIT_CODES[signal]);
    this.#received = true;
    this.shutDown(signal).then(
      () => process.exit(0),
      (error: unknown) => {
        new NestTaskLogger().error('the shutdown failed', { signal, error });
        process.exit(1);
      },
    );
  };
}
