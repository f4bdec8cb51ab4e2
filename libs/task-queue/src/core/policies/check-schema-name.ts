import { InvalidOptionError } from '../errors/option-errors.js';

/** longest schema that leaves room for the rest of a channel name, in bytes */
const LONGEST_SCHEMA = 48;

/** @throws InvalidOptionError when it is not a plain identifier: statements contain it unquoted */
export function checkSchemaName(schema: string): void {
  const plain = /^[a-z_][a-z0-9_]*$/.test(schema) && !schema.startsWith('pg_') && schema.length <= LONGEST_SCHEMA;
  if (plain) return;
  const expected = `the name of a schema on PostgreSQL: lower-case letters, digits and '_', at most ${LONGEST_SCHEMA}, not beginning with 'pg_'`;
  throw new InvalidOptionError('keyPrefix', schema, expected);
}
