import type { Clock, ClockTimer } from '../../ports/runtime/clock.js';
import type { ResultBackend } from '../../ports/stores/result-backend.js';
import type { CompleteTransport } from '../../ports/broker/transport.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import { RememberFailed } from './remember-failed.js';

export interface UpkeepDependencies {
  readonly results: ResultBackend;
  readonly failedTasks: RememberFailed | undefined;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

interface StoreOfResults {
  readonly transport: Pick<CompleteTransport, 'results' | 'inspector' | 'missing'>;
  readonly worker: string;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

/** The background duties for a store of results; undefined where the store needs none. */
export function upkeepOf({ transport, worker, logger, clock }: StoreOfResults): {
  readonly failedTasks: RememberFailed | undefined;
  readonly upkeep: Upkeep | undefined;
} {
  const { results, inspector, missing } = transport;
  const log = results.failedTasks;
  const failedTasks = log && new RememberFailed({ log, inspector, worker, logger, clock });
  // Dead letters that the log has missed can be found only with an inspector.
  const repaired = missing?.has('inspector') ? undefined : failedTasks;
  return { failedTasks, upkeep: results.prune && new Upkeep({ results, failedTasks: repaired, logger, clock }) };
}

const INTERVAL = 60_000;

/**
 * Keeps a store of results that does not do so by itself: removes what has expired, a batch at a time, and adds what is
 * missing of failed tasks. Any number of workers may do it beside each other.
 */
export class Upkeep {
  readonly #stopped = new AbortController();
  #timer: ClockTimer | undefined;
  #round: Promise<void> | undefined;

  constructor(private readonly deps: UpkeepDependencies) {}

  /** Safe to call twice; after a stop it does nothing. */
  start(): void {
    if (this.#round !== undefined || this.#stopped.signal.aborted) return;
    this.#round = this.#run();
  }

  /** Resolves when nothing is under way any more. Safe to call twice. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#timer?.clear();
    await this.#round;
  }

  async #run(): Promise<void> {
    const { results, failedTasks, logger, clock } = this.deps;
    const { signal } = this.#stopped;
    try {
      while (!signal.aborted && (await results.prune?.()) === true);
      await failedTasks?.repair(signal);
    } catch (error) {
      logger.warn('the upkeep of stored results failed; trying again in a while', { error });
    }
    if (signal.aborted) return;
    // Workers that start together do not go on together.
    this.#timer = clock.timer(INTERVAL * (0.75 + Math.random() / 2), () => void (this.#round = this.#run()));
  }
}
