import type { Clock } from '../../ports/runtime/clock.js';
import type { DeadLetter, Inspector } from '../../ports/control/inspector.js';
import type { FailedTaskLog } from '../../ports/stores/failed-task-log.js';
import type { Settlement } from '../../ports/broker/consumer.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';

export interface RememberFailedDependencies {
  readonly log: FailedTaskLog;
  readonly inspector: Inspector;
  readonly worker: string;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

const PAGE = 500;
/** ms by which the clocks of workers and brokers may differ, and a settlement be under way */
const MARGIN = 60_000;

/**
 * Remembers the dead letters that this worker makes, right after the broker has taken them. What a death between the two
 * steps, or an outage of the log, has left out is found with the broker by `repair`.
 */
export class RememberFailed {
  /** epoch ms up to which the log is known to be complete */
  #complete = 0;

  constructor(private readonly deps: RememberFailedDependencies) {}

  /** Never rejects: the dead letter is safe with the broker. */
  async remember(accepted: readonly Settlement[]): Promise<void> {
    const letters = accepted.flatMap((settlement) => this.#letterOf(settlement));
    if (letters.length === 0) return;
    try {
      await this.deps.log.record(letters);
    } catch (error) {
      this.deps.logger.warn('failed tasks could not be remembered; they are found with the broker later', { count: letters.length, error });
    }
  }

  /** Remembers the dead letters that the broker has and the log has not: all at first, then those since the last time. */
  async repair(signal: AbortSignal): Promise<void> {
    const since = this.#complete;
    const begun = this.deps.clock.now();
    for (const queue of await this.deps.inspector.queues()) await this.#repairQueue(queue, since, signal);
    if (!signal.aborted) this.#complete = begun - MARGIN;
  }

  async #repairQueue(queue: string, since: number, signal: AbortSignal): Promise<void> {
    const { inspector, log } = this.deps;
    let cursor: string | undefined;
    while (!signal.aborted) {
      const { letters, next } = await inspector.deadLetters(queue, { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
      const recent = letters.filter(({ at }) => at >= since);
      const missing = recent.length === 0 ? [] : await log.missing(recent);
      if (missing.length > 0) await log.record(missing.map((letter) => ({ ...letter, worker: null })));
      if (next === null || recent.length < letters.length) return;
      cursor = next;
    }
  }

  #letterOf(settlement: Settlement): (DeadLetter & { readonly worker: string })[] {
    if (settlement.kind !== 'deadLetter') return [];
    const { delivery, reason, detail, attempts } = settlement;
    const { id, queue, body } = delivery;
    return [{ id, queue, body, reason, detail, attempts, at: this.deps.clock.now(), worker: this.deps.worker }];
  }
}
