import pg from 'pg';
import type { StoreAddress } from '../../libs/task-queue/src/core/ports/runtime/database-handle.js';
import type { CompleteTransport, TransportOptions } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { open } from '../../libs/task-queue/src/transports/postgres/index.js';
import { databaseUrl } from '../support/services.js';

/** Opens the schema of a key prefix, and makes it first. */
export function openMigrated(address: StoreAddress, options: TransportOptions): CompleteTransport {
  return open(address, {
    ...options,
    keyPrefix: schemaOf(options.keyPrefix),
    connection: { max: 3, migrate: true, ...options.connection },
  });
}

/** The same as behind a transaction-pooling proxy. */
export function openPolling(address: StoreAddress, options: TransportOptions): CompleteTransport {
  return openMigrated(address, { ...options, connection: { polling: true, ...options.connection } });
}

export async function dropSchema(keyPrefix: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl() });
  await client.connect();
  try {
    await client.query(`set client_min_messages to warning; drop schema if exists ${schemaOf(keyPrefix)} cascade`);
  } finally {
    await client.end();
  }
}

function schemaOf(keyPrefix: string): string {
  return keyPrefix.replaceAll('-', '_');
}
