import type { StoreAddress } from '../../core/ports/runtime/database-handle.js';
import type { TransportOptions } from '../../core/ports/broker/transport.js';
import { PostgresTransport } from './postgres-transport.js';

/** Queues, results and control in one PostgreSQL database: `postgres://user:password@host:port/database`, or one that is open already. */
export const open = (address: StoreAddress, options: TransportOptions): PostgresTransport => new PostgresTransport(address, options);
