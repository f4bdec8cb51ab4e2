import type { TransportOptions } from '../../core/ports/broker/transport.js';
import type { RedisConnection } from './connection/redis-connection.js';
import type { ConnectionSetup } from './connection/redis-connection.js';
import type { RedisKeys } from './connection/redis-keys.js';

/** The state that the parts of a transport share. */
export interface RedisContext {
  readonly keys: RedisKeys;
  readonly options: TransportOptions;
  readonly setup: ConnectionSetup;
  readonly commands: RedisConnection;
  /** opened by the first listener */
  readonly subscriber: RedisConnection;
  /** monotonic ms plus the offset: the clock of local deadlines. Tests shift it together with the server's clock. */
  leaseNow(): number;
  /** the offset of the server's clock as an argument; '0' outside tests */
  offset(): string;
}
