import { ApplicationDatabase } from '../../database/outbox/application-database.js';
import { checkTable } from '../../database/outbox/check-table.js';
import { SqlAuditLog } from '../../database/audit/sql-audit-log.js';
import type { AuditLog } from '../../core/ports/stores/audit-log.js';
import type { AdminOptions } from '../task-admin.options.js';
import { MemoryAuditLog } from './memory-audit-log.js';

/** @throws DatabaseUnsupportedError · TableUnusableError */
export async function openAuditLog({ audit }: AdminOptions, schema: string): Promise<AuditLog> {
  if (audit === undefined) return new MemoryAuditLog();
  if (!('database' in audit)) return audit;
  const database = new ApplicationDatabase(audit.database, "'audit' of TaskAdminModule");
  await checkTable(database, schema, 'audit_entry', 'SELECT, INSERT');
  return new SqlAuditLog(database, schema);
}
