/** A `Pool` of the package `pg`, by its shape: what users import names no driver's types. */
export interface PgPoolLike {
  readonly options: object;
  readonly totalCount: number;
  connect(): Promise<unknown>;
}

/** A `DataSource` of TypeORM, by its shape. */
export interface DataSourceLike {
  readonly options: { readonly type: string };
  readonly isInitialized: boolean;
  readonly driver: object;
}

/** A database that the application is connected to already. */
export type DatabaseHandle = PgPoolLike | DataSourceLike;

/** Where a store is: a URL, or a database that is open already. */
export type StoreAddress = string | DatabaseHandle;

export function isDataSource(source: object): source is DataSourceLike {
  return 'driver' in source;
}
