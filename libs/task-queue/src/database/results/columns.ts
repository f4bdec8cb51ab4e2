/** A property of an entity as a column of its table. */
export interface ColumnSpec {
  readonly name: string;
  /** `json` = a value as JSON text: jsonb cannot hold everything that JSON can */
  readonly type: 'text' | 'texts' | 'integer' | 'time' | 'json';
  readonly nullable?: true;
  readonly primary?: true;
}

/** Columns by property. The entities and the statements of a table are made from them. */
export type ColumnTable<T> = Readonly<Record<keyof T, ColumnSpec>>;

/** The row of an entity as parameters and answers of statements have it: values as JSON text, instants in epoch ms. */
export type RowOf<T> = { readonly [K in keyof T]: unknown extends T[K] ? string | null : Sent<T[K]> };
type Sent<V> = V extends Date ? number : V extends string | number | null | readonly string[] ? V : string;

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

const SENT_AS = { text: 'text', json: 'text', texts: 'text[]', integer: 'integer', time: 'float8' } as const;

/** The store's clock, which tests shift. It is constant within a statement, so that an index can be searched by it. */
export const now = (offset: string): string => `(statement_timestamp() + ${offset}::float8 * interval '1 millisecond')`;
export const instant = (ms: string): string => `to_timestamp(${ms} / 1000.0)`;

/** The pieces of statements that write {@link RowOf} a table or read it. */
export interface ColumnSql {
  /** the columns, in order */
  readonly columns: string;
  /** the members of `json_to_recordset` as `r` */
  readonly members: string;
  /** the values of the columns, from `r` */
  readonly values: string;
  /** the assignments of `on conflict`: every column that is not of the primary key */
  readonly replaced: string;
  /** what `select` reads */
  readonly selected: string;
}

/** @param computed SQL of values that do not come from `r`, by property */
export function columnSql<T>(table: ColumnTable<T>, computed: Partial<Record<keyof T, string>>): ColumnSql {
  const all = Object.entries<ColumnSpec>(table).map(([property, spec]) => ({ property: property as keyof T & string, ...spec }));
  const list = (columns: typeof all, write: (column: (typeof all)[number]) => string): string => columns.map(write).join(', ');
  return {
    columns: list(all, ({ name }) => name),
    members: list(all, ({ property, type }) => `"${property}" ${SENT_AS[type]}`),
    values: list(all, ({ property, type }) => computed[property] ?? (type === 'time' ? instant(`r."${property}"`) : `r."${property}"`)),
    replaced: list(
      all.filter(({ primary }) => !primary),
      ({ name }) => `${name} = excluded.${name}`,
    ),
    selected: list(all, ({ property, name, type }) => {
      return `${type === 'time' ? `round(extract(epoch from ${name}) * 1000)::float8` : name} as "${property}"`;
    }),
  };
}
