import type { TransportOptions } from '../../core/ports/broker/transport.js';
import type { Pruner } from './consume/pruner.js';
import type { PostgresConnection } from './connection/sql.js';
import type { Statements } from './connection/statements.js';

/** The state that the parts of a transport share. */
export interface PostgresContext {
  readonly options: TransportOptions;
  readonly connection: PostgresConnection;
  readonly statements: Statements;
  /** the parts register the statements that remove their expired rows */
  readonly pruner: Pruner;
  /** ms by which tests shift the store's clock; every statement that reads the time adds it */
  shift(): number;
  /** monotonic ms plus the shift: the clock of local deadlines */
  leaseNow(): number;
}
