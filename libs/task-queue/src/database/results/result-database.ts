import type { MessageFormat } from '../../core/ports/broker/message-format.js';
import { InvalidOptionError, UnsupportedOptionError } from '../../core/errors/option-errors.js';
import { ResultsRefusedError, ResultsUnavailableError } from '../../core/errors/result-errors.js';
import type { TypeormDataSource } from '../../core/ports/runtime/typeorm-data-source.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { DataRefusedError } from './write-apart.js';

const TABLES = ['task_result', 'failed_task'];
const TIMEOUT = 10_000;

/** Called when the tables exist. @throws if this version of the package cannot work with the schema */
export type CheckSchema = (query: <Row>(sql: string, values: readonly unknown[]) => Promise<Row[]>, schema: string) => Promise<void>;

/**
 * Runs statements on the application's DataSource, each with a timeout, and translates its errors. `connect` looks the DataSource
 * up; only the application closes it.
 */
export class ResultDatabase {
  #source: TypeormDataSource | undefined;
  #closed = false;

  constructor(
    private readonly find: () => TypeormDataSource,
    readonly schema: string,
    private readonly checkSchema: CheckSchema,
    private readonly clock: Clock,
  ) {
    if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) {
      throw new InvalidOptionError(
        'schema',
        schema,
        "a plain name of lower-case letters, digits and '_': name one in `results: { typeorm, schema }`",
      );
    }
  }

  /**
   * Safe to call twice.
   * @throws UnsupportedOptionError not PostgreSQL · InvalidOptionError not initialized · ResultsRefusedError no tables or no rights ·
   * SchemaOutdatedError · SchemaNewerError
   */
  async connect(): Promise<void> {
    if (this.#source !== undefined) return;
    const source = this.find();
    const { type } = source.options;
    if (type !== 'postgres') {
      throw new UnsupportedOptionError(
        'results',
        'TaskQueueModule.forRoot',
        `its DataSource is of type '${type}'`,
        'Name one of a PostgreSQL database.',
      );
    }
    if (!source.isInitialized) throw new InvalidOptionError('results', source, 'an initialized DataSource');
    this.#source = source;
    try {
      await this.#check();
    } catch (error) {
      this.#source = undefined;
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
  }

  /**
   * The rows of a statement's answer.
   * @param what the action, for errors
   * @throws ResultsUnavailableError · ResultsRefusedError · DataRefusedError
   */
  async query<Row>(what: string, sql: string, values: readonly unknown[]): Promise<Row[]> {
    const source = this.#source;
    if (source === undefined || this.#closed)
      throw new ResultsUnavailableError(what, { cause: new Error('The instance is not connected.') });
    let overdue = (): void => {};
    const timeout = new Promise<never>((_, reject) => (overdue = () => reject(new Error(`no answer within ${TIMEOUT} ms`))));
    const timer = this.clock.timer(TIMEOUT, overdue);
    try {
      return (await Promise.race([source.query(sql, [...values]), timeout])) as Row[];
    } catch (error) {
      throw translate(what, this.schema, error);
    } finally {
      timer.clear();
    }
  }

  async #check(): Promise<void> {
    const what = 'Looking for the tables of the results';
    const sql = `
      select name, to_regclass(pg_catalog.format('%I.%I', $1::text, name)) is not null as there,
        pg_catalog.has_schema_privilege(nspname, 'usage')
        and pg_catalog.has_table_privilege(to_regclass(pg_catalog.format('%I.%I', $1::text, name)), 'select, insert, update, delete') as usable
      from pg_catalog.unnest($2::text[]) as name left join pg_namespace on nspname = $1::text`;
    const found = await this.query<{ name: string; there: boolean; usable: boolean | null }>(what, sql, [this.schema, TABLES]);
    const missing = found.filter(({ there }) => !there).map(({ name }) => name);
    if (missing.length > 0)
      throw missingTables(what, this.schema, `there is no ${missing.map((name) => `${this.schema}.${name}`).join(' and no ')}`);
    const locked = found.find(({ usable }) => usable !== true);
    if (locked !== undefined) throw noRights(what, `no rights on ${this.schema}.${locked.name}`);
    await this.checkSchema((text, values) => this.query(what, text, values), this.schema);
  }
}

function translate(what: string, schema: string, error: unknown): Error {
  const { code, message } = driverErrorOf(error);
  const options = { cause: error };
  if (code === undefined || /^(08|53|57|58|40|55|25)/.test(code) || !/^[0-9A-Z]{5}$/.test(code))
    return new ResultsUnavailableError(what, options);
  if (/^(22|23|54|21)/.test(code)) return new DataRefusedError(message, options);
  if (['42P01', '42703', '3F000'].includes(code)) return missingTables(what, schema, message, options);
  if (code === '42501') return noRights(what, message, options);
  return new ResultsRefusedError(what, message, 'Look at the server and its log.', options);
}

/** TypeORM wraps the driver's error. */
function driverErrorOf(error: unknown): { readonly code: string | undefined; readonly message: string } {
  const { driverError = error } = error as { driverError?: unknown };
  const { code, message } = driverError as { code?: unknown; message?: unknown };
  return { code: typeof code === 'string' ? code : undefined, message: String(message) };
}

function missingTables(what: string, schema: string, answer: string, options?: ErrorOptions): ResultsRefusedError {
  return new ResultsRefusedError(what, answer, `Run: npx tasks migrate --schema ${schema}`, options);
}

function noRights(what: string, answer: string, options?: ErrorOptions): ResultsRefusedError {
  return new ResultsRefusedError(what, answer, 'Grant its user select, insert, update and delete on these tables.', options);
}

export interface TypeormResultOptions {
  /** ms for which failed tasks are kept */
  readonly failedTaskExpires: number;
  /** failed tasks are kept with their arguments */
  readonly extended: boolean;
  /** reads the envelopes of failed tasks */
  readonly messages: Pick<MessageFormat, 'peek'>;
  readonly logger: TaskLogger;
  readonly clock: Clock;
  /** ms added to the store's clock; 0 outside tests */
  readonly timeOffset: () => number;
}
