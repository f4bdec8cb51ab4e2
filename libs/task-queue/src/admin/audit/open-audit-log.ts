import type { AuditLog, TaskLogger } from '../../ports/index.js';
import type { AdminOptions } from '../task-admin.options.js';
import { MemoryAuditLog } from './memory-audit-log.js';

export async function openAuditLog({ audit }: AdminOptions, _schema: string, _logger: TaskLogger): Promise<AuditLog> {
  if (audit === undefined) return new MemoryAuditLog();
  return audit as AuditLog;
}
