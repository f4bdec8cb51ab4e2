import { z } from 'zod';
import { checkOptions, flagField, positiveField } from '../../../core/options/check-options.js';

/** Options of the driver and its pool, which are passed on unchanged. */
const DRIVER_OPTIONS = [
  'host',
  'port',
  'user',
  'password',
  'database',
  'ssl',
  'sslnegotiation',
  'enableChannelBinding',
  'application_name',
  'fallback_application_name',
  'keepAlive',
  'keepAliveInitialDelayMillis',
  'connectionTimeoutMillis',
  'idleTimeoutMillis',
  'lock_timeout',
  'statement_timeout',
  'idle_in_transaction_session_timeout',
  'options',
  'stream',
  'min',
  'maxUses',
  'maxLifetimeSeconds',
  'allowExitOnIdle',
  'onConnect',
  'verify',
] as const;

const schema = z.object({
  max: positiveField.optional().describe(positiveField.description!),
  polling: flagField.default(false).describe(flagField.description!),
  migrate: flagField.default(false).describe(flagField.description!),
  ...Object.fromEntries(DRIVER_OPTIONS.map((name) => [name, z.unknown().optional()])),
});

export interface PostgresOptions {
  /** connections of the pool */
  readonly max: number | undefined;
  /** behind a transaction-pooling proxy */
  readonly polling: boolean;
  /** run pending migrations at boot */
  readonly migrate: boolean;
  readonly driver: Readonly<Record<string, unknown>>;
}

/** @throws UnknownOptionError · InvalidOptionError */
export function readPostgresOptions(connection: Readonly<Record<string, unknown>>): PostgresOptions {
  const { max, polling, migrate, ...driver } = checkOptions(schema, connection, "'connection' of TaskQueueModule.forRoot");
  return { max, polling, migrate, driver: Object.fromEntries(Object.entries(driver).filter(([, value]) => value !== undefined)) };
}
