import type { StoreAddress } from '../../ports/database-handle.js';
import type { Transport, TransportOptions } from '../../ports/transport.js';
import { PostgresTransport } from './postgres-transport.js';

/** Queues, results and control in one PostgreSQL database: `postgres://user:password@host:port/database`, or one that is open already. */
export const open = (address: StoreAddress, options: TransportOptions): Transport => new PostgresTransport(address, options);
