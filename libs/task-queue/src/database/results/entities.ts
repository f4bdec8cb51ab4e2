import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';
import { readJson, type ColumnSpec, type ColumnTable } from './columns.js';
import { FAILED_TASK_COLUMNS, FAILED_TASK_TABLE, FailedTaskEntity } from './failed-task.js';
import { TASK_RESULT_COLUMNS, TASK_RESULT_TABLE, TaskResultEntity } from './task-result.js';

export interface ResultEntitiesOptions {
  /** of the tables; default 'tq' */
  readonly schema?: string;
}

/**
 * The entities of stored results and failed tasks, for `entities` of a DataSource or `TypeOrmModule.forFeature`. Get their
 * repositories by the classes `TaskResultEntity` and `FailedTaskEntity`. TypeORM never creates or alters their tables.
 */
export function taskResultEntities({ schema = 'tq' }: ResultEntitiesOptions = {}): [
  EntitySchema<TaskResultEntity>,
  EntitySchema<FailedTaskEntity>,
] {
  return [
    entityOf(TaskResultEntity, TASK_RESULT_TABLE, TASK_RESULT_COLUMNS, schema),
    entityOf(FailedTaskEntity, FAILED_TASK_TABLE, FAILED_TASK_COLUMNS, schema),
  ];
}

/** @param table the columns of the table, which TypeORM never creates or alters */
export function entityOf<T extends object>(target: new () => T, tableName: string, table: ColumnTable<T>, schema: string): EntitySchema<T> {
  const columns = Object.entries<ColumnSpec>(table).map(([property, spec]) => [property, columnOf(spec)] as const);
  return new EntitySchema<T>({
    name: target.name,
    target,
    tableName,
    schema,
    synchronize: false,
    columns: Object.fromEntries(columns) as Record<keyof T, EntitySchemaColumnOptions>,
  });
}

function columnOf({ name, type, nullable, primary }: ColumnSpec): EntitySchemaColumnOptions {
  const common = { name, ...(nullable && { nullable }), ...(primary && { primary }) };
  switch (type) {
    case 'time':
      return { ...common, type: 'timestamptz' };
    case 'integer':
      return { ...common, type: 'integer' };
    case 'texts':
      return { ...common, type: 'text', array: true };
    case 'json':
      return { ...common, type: 'text', transformer: { from: readJson, to: writeJson } };
    default:
      return { ...common, type: 'text' };
  }
}

function writeJson(value: unknown): string | null {
  return value === undefined || value === null ? null : JSON.stringify(value);
}
