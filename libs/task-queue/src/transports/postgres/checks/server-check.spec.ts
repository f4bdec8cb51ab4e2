import { BrokerVersionError } from '../../../core/errors/boot-errors.js';
import { InvalidOptionError } from '../../../core/errors/option-errors.js';
import { checkSchemaName } from '../../../core/policies/check-schema-name.js';
import { checkServer } from './server-check.js';
import type { Sql } from '../connection/sql.js';

const server = (number: number, plain = true): Sql => ({
  query: async <Row>() => [{ version: String(number / 10_000), number, plain }] as Row[],
});

describe('the check of a server', () => {
  it('takes PostgreSQL 13 and newer', async () => {
    await expect(checkServer(server(130_000), 'tq')).resolves.toBeUndefined();
    await expect(checkServer(server(129_999), 'tq')).rejects.toThrow(BrokerVersionError);
  });

  it('refuses a key word for a schema: it stands in statements as it is', async () => {
    await expect(checkServer(server(160_000, false), 'order')).rejects.toThrow(InvalidOptionError);
  });

  it.each(['Tq', 'my-queue', '1st', 'a b', 'pg_tq', 'tq"; drop schema tq; --', '', 'x'.repeat(49)])('refuses the schema %j', (name) => {
    expect(() => checkSchemaName(name)).toThrow(InvalidOptionError);
  });
});
