import type { AdminRole } from '../../core/ports/stores/admin-actor.js';
import type { AuditEntry, AuditListing, AuditLog, AuditPage } from '../../core/ports/stores/audit-log.js';

/** The PostgreSQL database of the audit log. */
export interface AuditDatabase {
  query<Row>(text: string, values: readonly unknown[]): Promise<readonly Row[]>;
}

interface AuditRow extends Omit<AuditEntry, 'actor' | 'change'> {
  readonly name: string;
  readonly role: AdminRole;
  readonly change: string | null;
}

/** The audit log as a table of the application's database. */
export class SqlAuditLog implements AuditLog {
  readonly #insert: string;
  readonly #select: string;

  constructor(
    private readonly database: AuditDatabase,
    schema: string,
  ) {
    const table = `"${schema.replaceAll('"', '""')}".audit_entry`;
    this.#insert = `
      insert into ${table} (id, at, actor, role, action, target, change, outcome, request_id)
      values ($1, to_timestamp($2::float8 / 1000.0), $3, $4, $5, $6, $7, $8, $9)`;
    this.#select = `
      select id, round(extract(epoch from at) * 1000)::float8 as at, actor as name, role, action, target, change, outcome,
        request_id as "requestId"
      from ${table}
      where ($1::text is null or id < $1) and ($2::text is null or actor = $2) and ($3::text is null or action = $3)
        and ($4::text is null or target = $4)
      order by id desc limit $5`;
  }

  async record({ id, at, actor, action, target, change, outcome, requestId }: AuditEntry): Promise<void> {
    const text = change === null ? null : JSON.stringify(change);
    // Text of PostgreSQL cannot hold NUL, but a path can.
    const values = [id, at, actor.name, actor.role, action, target?.replaceAll('\0', '�') ?? null, text, outcome, requestId];
    await this.database.query(this.#insert, values);
  }

  async list({ limit, cursor, filter = {} }: AuditListing): Promise<AuditPage> {
    const { actor, action, target } = filter;
    const values = [cursor, actor, action, target].map((value) => value?.replaceAll('\0', '�') ?? null);
    const rows = await this.database.query<AuditRow>(this.#select, [...values, limit + 1]);
    const entries = rows.slice(0, limit).map(entryOf);
    return { entries, next: rows.length > limit ? entries.at(-1)!.id : null };
  }
}

function entryOf({ name, role, change, ...row }: AuditRow): AuditEntry {
  return { ...row, actor: { name, role }, change: change === null ? null : (JSON.parse(change) as unknown) };
}
