import type { TaskLogger } from '../../../core/ports/runtime/logger.js';

/**
 * Whether the thread that renews leases can renew (rule 30). It is logged once it could not for a third of a lease. Consumers
 * receive nothing meanwhile, and renew by the main connection what they hold.
 */
export class KeeperState {
  #failure: string | null = 'it has not answered yet';
  #logTimer: NodeJS.Timeout | undefined;
  #logged = false;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly logger: TaskLogger) {}

  /** why it cannot renew; null = it can */
  get failure(): string | null {
    return this.#failure;
  }

  /** @param patience ms after which a failure that lasts is logged */
  report(failure: string | null, patience: number): void {
    this.#failure = failure;
    if (failure !== null) {
      this.#logTimer ??= setTimeout(() => this.log(), patience).unref();
      return;
    }
    this.#stopTimer();
    if (this.#logged) this.logger.info('The thread that renews leases can renew again');
    this.#logged = false;
    for (const wake of [...this.#waiting]) wake();
  }

  /** Says that it cannot renew, once for each outage. */
  log(): void {
    this.#stopTimer();
    if (this.#failure === null || this.#logged) return;
    this.#logged = true;
    this.logger.error(
      'The thread that renews leases cannot renew: no task is received until it can, and the main connection renews instead',
      {
        error: this.#failure,
      },
    );
  }

  /** Resolves when it can renew, after `timeout` ms, or when the signal is aborted. */
  async sound(timeout: number, signal?: AbortSignal): Promise<void> {
    if (this.#failure === null || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, timeout);
      signal?.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  close(): void {
    this.#stopTimer();
    for (const wake of [...this.#waiting]) wake();
  }

  #stopTimer(): void {
    clearTimeout(this.#logTimer);
    this.#logTimer = undefined;
  }
}
