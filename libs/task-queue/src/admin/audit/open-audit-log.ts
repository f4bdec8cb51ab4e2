import { SqlAuditLog } from '../../database/audit/sql-audit-log.js';
import { ApplicationDatabase } from '../../database/outbox/application-database.js';
import { checkTable } from '../../database/outbox/check-table.js';
import type { AdminOptions } from '../task-admin.options.js';
import type { AuditEntry, AuditFilter, AuditListing, AuditLog, AuditPage } from '../../core/ports/stores/audit-log.js';

/** How many are kept of done actions, and of refused ones: those of callers who may do nothing must not displace the others. */
const KEPT = { done: 1_000, refused: 200 };

/** @throws DatabaseUnsupportedError · TableUnusableError */
export async function openAuditLog({ audit }: AdminOptions, schema: string): Promise<AuditLog> {
  if (audit === undefined) return new MemoryAuditLog();
  if (!('database' in audit)) return audit;
  const database = new ApplicationDatabase(audit.database, "'audit' of TaskAdminModule");
  await checkTable(database, schema, 'audit_entry', 'SELECT, INSERT');
  return new SqlAuditLog(database, schema);
}

/** Keeps the last entries of this process. The application's log has all of them. */
class MemoryAuditLog implements AuditLog {
  /** oldest first */
  readonly #entries: Record<keyof typeof KEPT, AuditEntry[]> = { done: [], refused: [] };

  async record(entry: AuditEntry): Promise<void> {
    const kind = entry.outcome === 'done' ? 'done' : 'refused';
    this.#entries[kind].push(structuredClone(entry));
    if (this.#entries[kind].length > KEPT[kind]) this.#entries[kind].shift();
  }

  async list({ limit, cursor, filter = {} }: AuditListing): Promise<AuditPage> {
    const all = [...this.#entries.done, ...this.#entries.refused].toSorted((a, b) => (a.id < b.id ? 1 : -1));
    const found = all.filter((entry) => (cursor === undefined || entry.id < cursor) && matches(entry, filter));
    const entries = found.slice(0, limit);
    return { entries, next: found.length > limit ? entries.at(-1)!.id : null };
  }
}

function matches({ actor, action, target }: AuditEntry, filter: AuditFilter): boolean {
  if (filter.actor !== undefined && actor.name !== filter.actor) return false;
  if (filter.action !== undefined && action !== filter.action) return false;
  return filter.target === undefined || target === filter.target;
}
