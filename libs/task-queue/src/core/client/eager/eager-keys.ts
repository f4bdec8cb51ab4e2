import type { Clock } from '../../ports/runtime/clock.js';
import type { Publication, PublishReceipt } from '../../ports/broker/publication.js';
import type { UniqueKey } from '../../message/unique-key.js';

interface Held {
  readonly holder: string;
  /** epoch ms; Infinity = until it is freed */
  readonly until: number;
}

/**
 * The unique keys of eager mode, in this process only. The holder of a key is already running, so it is never replaced, and a
 * key with `until: 'start'` is never held.
 */
export class EagerKeys {
  readonly #held = new Map<string, Held>();

  constructor(private readonly clock: Clock) {}

  /** Answers as a broker does to the publication. */
  take({ id, queue, unique }: Publication): PublishReceipt {
    const mine = { id, deduplicated: false };
    if (unique === undefined) return mine;
    const now = this.clock.now();
    this.#drop(now);
    const key = nameOf(queue, unique);
    const holder = this.#held.get(key)?.holder;
    if (holder !== undefined) {
      return unique.onConflict === 'reject' ? { ...mine, refused: { reason: 'unique', holder } } : { id: holder, deduplicated: true };
    }
    if (unique.until !== 'start') this.#held.set(key, { holder: id, until: unique.expires === null ? Infinity : now + unique.expires });
    return mine;
  }

  /** The task has ended. */
  free({ id, queue, unique }: Publication): void {
    if (unique === undefined || unique.until !== 'end') return;
    const key = nameOf(queue, unique);
    if (this.#held.get(key)?.holder === id) this.#held.delete(key);
  }

  #drop(now: number): void {
    for (const [key, { until }] of this.#held) if (until <= now) this.#held.delete(key);
  }
}

function nameOf(queue: string, { key }: UniqueKey): string {
  return JSON.stringify([queue, key]);
}
