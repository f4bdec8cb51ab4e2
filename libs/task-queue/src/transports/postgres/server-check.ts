import { BrokerVersionError } from '../../errors/boot-errors.js';
import { InvalidOptionError } from '../../errors/option-errors.js';
import type { Sql } from './sql.js';

/** PostgreSQL 13: what transports are tested with, and the oldest that behaves the same. */
const OLDEST = 130_000;

export interface ServerFacts {
  /** dead rows are cleaned up by themselves; without it queues become slower by the hour */
  readonly vacuums: boolean;
}

/** @throws BrokerVersionError · InvalidOptionError a schema whose name is a key word */
export async function checkServer(sql: Sql, schema: string): Promise<ServerFacts> {
  const statement = {
    name: 'check_server',
    text: `select current_setting('server_version') as version, current_setting('server_version_num')::int as number, quote_ident($1) = $1 as plain,
      current_setting('autovacuum') = 'on' and current_setting('track_counts') = 'on' as vacuums`,
  };
  const [server] = await sql.query<{ version: string; number: number; plain: boolean; vacuums: boolean }>(statement, [schema]);
  if (server!.number < OLDEST) throw new BrokerVersionError(`PostgreSQL ${server!.version}`, 'PostgreSQL 13');
  if (!server!.plain) throw new InvalidOptionError('keyPrefix', schema, 'no key word of SQL on PostgreSQL');
  return { vacuums: server!.vacuums };
}
