import type { EntitySchema } from 'typeorm';
import type { AdminRole } from '../../core/ports/stores/admin-actor.js';
import type { ColumnTable } from '../results/columns.js';
import { entityOf } from '../results/entities.js';

/** An entry of the audit log as a row. The admin API writes it; applications only read it, and may delete old rows. */
export class AuditRecordEntity {
  /** begins with the time, so that the order of ids is the order of time */
  readonly id: string;
  readonly at: Date;
  readonly actor: string;
  readonly role: AdminRole;
  /** such as `schedule.replace` */
  readonly action: string;
  readonly target: string | null;
  readonly change: unknown;
  /** 'done', or the code of the error that refused it */
  readonly outcome: string;
  readonly requestId: string;
}

export interface AuditEntitiesOptions {
  /** of the table; default 'tq' */
  readonly schema?: string;
}

/** The entity of the audit log, for `entities` of a DataSource or `TypeOrmModule.forFeature`. TypeORM never creates or alters its table. */
export function auditEntities({ schema = 'tq' }: AuditEntitiesOptions = {}): EntitySchema[] {
  return [entityOf(AuditRecordEntity, 'audit_entry', COLUMNS, schema) as EntitySchema];
}

const COLUMNS: ColumnTable<AuditRecordEntity> = {
  id: { name: 'id', type: 'text', primary: true },
  at: { name: 'at', type: 'time' },
  actor: { name: 'actor', type: 'text' },
  role: { name: 'role', type: 'text' },
  action: { name: 'action', type: 'text' },
  target: { name: 'target', type: 'text', nullable: true },
  change: { name: 'change', type: 'json', nullable: true },
  outcome: { name: 'outcome', type: 'text' },
  requestId: { name: 'request_id', type: 'text' },
};
