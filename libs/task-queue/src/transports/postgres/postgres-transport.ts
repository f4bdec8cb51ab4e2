import type { StoreAddress } from '../../core/ports/runtime/database-handle.js';
import type { ScheduleStore } from '../../core/ports/stores/schedule-store.js';
import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';
import { monotonic } from '../shared/monotonic.js';
import { PostgresBroker } from './postgres-broker.js';
import { PgConnection } from './connection/postgres-connection.js';
import type { PostgresContext } from './postgres-context.js';
import { PostgresControl } from './stores/postgres-control.js';
import { PostgresInspector } from './stores/postgres-inspector.js';
import { PostgresJoins } from './stores/postgres-joins.js';
import { postgresSchedules } from './stores/postgres-schedules.js';
import { PostgresResults } from './stores/postgres-results.js';
import { Pruner } from './consume/pruner.js';
import { checkSchema } from './checks/schema-check.js';
import { statementsFor } from './connection/statements.js';
import { warnOfVacuum } from './checks/vacuum-check.js';

/** One schema of one PostgreSQL database: opens and closes what its parts share. */
export class PostgresTransport implements Transport {
  readonly broker: PostgresBroker;
  readonly results: PostgresResults;
  readonly joins: PostgresJoins;
  readonly control: PostgresControl;
  readonly inspector: PostgresInspector;
  readonly schedules: ScheduleStore;
  readonly #context: PostgresContext;
  #closing: Promise<void> | null = null;

  /** @throws InvalidBrokerUrlError · InvalidOptionError · UnknownOptionError */
  constructor(address: StoreAddress, options: TransportOptions) {
    const connection = new PgConnection(address, options, async (session, asked) => {
      await checkSchema(session, asked);
      await warnOfVacuum(session, options.logger);
    });
    const shift = (): number => options.timeOffset();
    this.#context = {
      options,
      connection,
      statements: statementsFor(connection.schema),
      pruner: new Pruner(connection, shift, options.logger),
      shift,
      leaseNow: () => monotonic() + shift(),
    };
    this.broker = new PostgresBroker(this.#context, this);
    this.results = new PostgresResults(this.#context, this);
    this.joins = new PostgresJoins(this.#context);
    this.control = new PostgresControl(this.#context, this);
    this.inspector = new PostgresInspector(this.#context);
    this.schedules = postgresSchedules(this.#context, this.broker.transactional);
  }

  /**
   * Starts to connect, and waits some seconds. An application boots without a server that is not reachable yet: calls fail until it is,
   * and the schema is checked then.
   * @throws BrokerVersionError · SchemaMissingError · SchemaOutdatedError · SchemaNewerError · BrokerRefusedError · InvalidOptionError
   */
  async connect(): Promise<void> {
    await this.#context.connection.connect();
    this.#context.pruner.start();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.broker.stop();
    this.results.stop();
    this.control.stop();
    await this.#context.pruner.stop();
    await this.#context.connection.close();
  }
}
