/** A TypeORM DataSource by its shape, without its package. */
export interface TypeormDataSource {
  readonly isInitialized: boolean;
  readonly options: { readonly type: string };
  // oxlint-disable-next-line typescript/no-explicit-any -- as TypeORM declares it
  query(sql: string, parameters?: any[]): Promise<any>;
}
