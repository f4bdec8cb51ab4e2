/** How a property of an entity stands in its table. */
export interface ColumnSpec {
  readonly name: string;
  /** `json` = a value as JSON text: jsonb cannot hold everything that JSON can */
  readonly type: 'text' | 'texts' | 'integer' | 'time' | 'json';
  readonly nullable?: true;
  readonly primary?: true;
}

/** Columns by property: what the entities are mapped by, with TypeORM and without. */
export type ColumnTable<T> = Readonly<Record<keyof T, ColumnSpec>>;

type Row = Readonly<Record<string, unknown>>;

/** An entity from a row of its table. */
export function hydrate<T extends object>(type: new () => T, columns: ColumnTable<T>, row: Row): T {
  const entity = new type();
  for (const [property, column] of Object.entries<ColumnSpec>(columns)) {
    const value = row[column.name];
    entity[property as keyof T] = (column.type === 'json' ? readJson(value) : value) as T[keyof T];
  }
  return entity;
}

export function readJson(text: unknown): unknown {
  return typeof text === 'string' ? (JSON.parse(text) as unknown) : null;
}
