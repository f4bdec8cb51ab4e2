import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import type { AdminRole } from '../../core/ports/stores/admin-actor.js';

/** One line of the audit log as a row. Written by the admin API; applications only read it, and remove what is old. */
export class AuditRecordEntity {
  /** begins with the time: in the order of ids it is in the order of time */
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

/** The entity of the audit log, for `entities` of a DataSource or `TypeOrmModule.forFeature`. TypeORM neither makes nor changes its table. */
export function auditEntities({ schema = 'tq' }: AuditEntitiesOptions = {}): EntitySchema[] {
  return [new EntitySchema({ name: AuditRecordEntity.name, target: AuditRecordEntity, tableName: 'audit_entry', schema, synchronize: false, columns: COLUMNS }) as EntitySchema]; // prettier-ignore
}

const text = (name: string, nullable = false): EntitySchemaColumnOptions => ({ name, type: 'text', nullable });

const COLUMNS: Record<keyof AuditRecordEntity, EntitySchemaColumnOptions> = {
  id: { ...text('id'), primary: true },
  at: { name: 'at', type: 'timestamptz' },
  actor: text('actor'),
  role: text('role'),
  action: text('action'),
  target: text('target', true),
  change: {
    ...text('change', true),
    transformer: {
      from: (stored: string | null) => (stored === null ? null : (JSON.parse(stored) as unknown)),
      to: (value: unknown) => (value === null || value === undefined ? null : JSON.stringify(value)),
    },
  },
  outcome: text('outcome'),
  requestId: text('request_id'),
};
