import { SchemaMissingError } from '../../../core/errors/schema-errors.js';
import { BrokerFullError, BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, isTransient } from '../../shared/store-errors.js';
import { ServerRefusedError } from './postgres-errors.js';
import type { Sql, Statement } from './sql.js';

/** ms for which a repeatable call is retried while the server cannot be reached */
export const CALL_TIMEOUT = 5_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/**
 * Runs an idempotent statement, and repeats it until the server has answered.
 * @param what for the error's message
 * @throws BrokerUnavailableError · BrokerFullError · BrokerRefusedError · SchemaMissingError · what the boot check refused
 */
export async function callStore<Row>(
  sql: Sql,
  what: string,
  statement: Statement,
  values: readonly unknown[],
  timeout = CALL_TIMEOUT,
): Promise<Row[]> {
  const deadline = monotonic() + timeout;
  for (let wait = FIRST_PAUSE; ; wait = Math.min(LONGEST_PAUSE, wait * 2)) {
    try {
      return await sql.query<Row>(statement, values, { timeout: Math.max(1, deadline - monotonic()) });
    } catch (error) {
      if (!isTransient(error) || monotonic() + wait >= deadline) throw toBrokerError(what, error);
      await pause(wait);
    }
  }
}

/** An error of the connection as an error of the library; any other error is returned unchanged. */
export function toBrokerError(what: string, error: unknown): Error {
  if (error instanceof ConnectionLostError) return new BrokerUnavailableError(what, { cause: error });
  if (!(error instanceof ServerRefusedError)) return error as Error;
  if (error.full) return new BrokerFullError(`answers '${error.message}'`, { cause: error });
  if (error.missingTable) return new SchemaMissingError(`${what}: ${error.message}`);
  if (error.transient) return new BrokerUnavailableError(what, { cause: error, answer: error.message, waits: error.locked });
  return new BrokerRefusedError(what, error.message);
}
