import { BrokerVersionError } from '../../../core/errors/boot-errors.js';
import { InvalidOptionError } from '../../../core/errors/option-errors.js';
import type { Sql } from '../connection/sql.js';

/** PostgreSQL 13: the oldest version that is tested. */
const OLDEST = 130_000;

/** @throws BrokerVersionError · InvalidOptionError the schema's name is a key word */
export async function checkServer(sql: Sql, schema: string): Promise<void> {
  const statement = {
    name: 'check_server',
    text: `select current_setting('server_version') as version, current_setting('server_version_num')::int as number, quote_ident($1) = $1 as plain`,
  };
  const [server] = await sql.query<{ version: string; number: number; plain: boolean }>(statement, [schema]);
  if (server!.number < OLDEST) throw new BrokerVersionError(`PostgreSQL ${server!.version}`, 'PostgreSQL 13');
  if (!server!.plain) throw new InvalidOptionError('keyPrefix', schema, 'no key word of SQL on PostgreSQL');
}
