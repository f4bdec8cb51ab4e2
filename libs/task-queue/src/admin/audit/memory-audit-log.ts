import type { AuditEntry, AuditFilter, AuditListing, AuditLog, AuditPage } from '../../core/ports/stores/audit-log.js';

const KEPT = 1_000;

/** The last entries of this process. Beside it each stands in the log. */
export class MemoryAuditLog implements AuditLog {
  /** oldest first */
  readonly #entries: AuditEntry[] = [];

  async record(entry: AuditEntry): Promise<void> {
    this.#entries.push(structuredClone(entry));
    if (this.#entries.length > KEPT) this.#entries.shift();
  }

  async list({ limit, cursor, filter = {} }: AuditListing): Promise<AuditPage> {
    const found = this.#entries.filter((entry) => (cursor === undefined || entry.id < cursor) && matches(entry, filter)).reverse();
    const entries = found.slice(0, limit);
    return { entries, next: found.length > limit ? entries.at(-1)!.id : null };
  }
}

function matches({ actor, action, target }: AuditEntry, filter: AuditFilter): boolean {
  if (filter.actor !== undefined && actor.name !== filter.actor) return false;
  if (filter.action !== undefined && action !== filter.action) return false;
  return filter.target === undefined || target === filter.target;
}
