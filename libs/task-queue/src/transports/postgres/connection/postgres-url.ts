import pg from 'pg';
import type { PoolConfig } from 'pg';
import { InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import { maskPassword } from '../../../core/policies/mask-password.js';

export interface PostgresAddress {
  /** the URL without its password, for logs and errors */
  readonly shown: string;
  /** parsed by the driver, which also reads the PG* environment variables */
  readonly config: PoolConfig;
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…` with the driver's parser.
 * @throws InvalidBrokerUrlError with the password masked
 */
export function parsePostgresUrl(url: string): PostgresAddress {
  const shown = maskPassword(url);
  if (!/^postgres(ql)?:\/\//i.test(url)) throw new InvalidBrokerUrlError(shown, "has no scheme 'postgres' or 'postgresql'");
  if (!URL.canParse(url)) throw new InvalidBrokerUrlError(shown, 'cannot be read');
  try {
    const { host, port, user, database, password, ssl } = new pg.Client({ connectionString: url });
    const extras = Object.fromEntries([...new URL(url).searchParams].filter(([name]) => !name.startsWith('ssl')));
    return {
      shown,
      config: { ...extras, host, port, ...(user && { user }), ...(database && { database }), ...(password && { password }), ssl },
    };
  } catch (error) {
    throw new InvalidBrokerUrlError(
      shown,
      `cannot be read: ${error instanceof Error ? error.message.replaceAll(url, shown) : 'unknown reason'}`,
    );
  }
}
