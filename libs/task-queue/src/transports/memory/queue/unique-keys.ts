import type { UniqueKey } from '../../../core/message/unique-key.js';
import { ExpiringMap } from './expiring-map.js';

/** The holder of each unique key of one queue. Only its holder frees a key (rule 16). */
export class UniqueKeys {
  private readonly holders = new ExpiringMap<string>();

  holderOf(key: string, now: number): string | undefined {
    return this.holders.get(key, now);
  }

  take({ key, expires }: UniqueKey, id: string, now: number): void {
    this.holders.set(key, id, expires === null ? Infinity : now + expires, now);
  }

  /** At the start or the end of a message. */
  free({ id, unique }: { readonly id: string; readonly unique: UniqueKey | null }, at: 'start' | 'end', now: number): void {
    if (!unique || unique.until === 'expiry' || (at === 'start' && unique.until !== 'start')) return;
    if (this.holders.get(unique.key, now) === id) this.holders.delete(unique.key);
  }
}
