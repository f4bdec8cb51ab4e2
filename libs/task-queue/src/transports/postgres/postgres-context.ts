import type { TransportOptions } from '../../core/ports/broker/transport.js';
import type { Pruner } from './consume/pruner.js';
import type { PostgresConnection } from './connection/sql.js';
import type { Statements } from './connection/statements.js';

/** What the parts of one transport share. */
export interface PostgresContext {
  readonly options: TransportOptions;
  readonly connection: PostgresConnection;
  readonly statements: Statements;
  /** where a part says what of its tables goes by time */
  readonly pruner: Pruner;
  /** ms by which tests have moved the store's clock; every statement that looks at the time adds it */
  shift(): number;
  /** monotonic ms plus the shift: the clock of local deadlines */
  leaseNow(): number;
}
