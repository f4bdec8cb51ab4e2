import { SchemaMissingError } from '../../../core/errors/schema-errors.js';
import { BrokerFullError, BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, ServerRefusedError } from './postgres-errors.js';
import type { Sql, Statement } from './sql.js';

/** ms that a call which may be repeated goes on trying while the server cannot be reached */
export const PATIENCE = 5_000;
const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 500;

/**
 * Runs a statement that changes nothing when it runs twice, again and again until it was answered.
 * @param what for the error's message
 * @throws BrokerUnavailableError · BrokerFullError · BrokerRefusedError · SchemaMissingError · what the boot check refused
 */
export async function attempt<Row>(
  sql: Sql,
  what: string,
  statement: Statement,
  values: readonly unknown[],
  patience = PATIENCE,
): Promise<Row[]> {
  const deadline = monotonic() + patience;
  for (let wait = FIRST_PAUSE; ; wait = Math.min(LONGEST_PAUSE, wait * 2)) {
    try {
      return await sql.query<Row>(statement, values, { timeout: Math.max(1, deadline - monotonic()) });
    } catch (error) {
      if (!mayPass(error) || monotonic() + wait >= deadline) throw refused(what, error);
      await pause(wait);
    }
  }
}

/** Whether the same call may succeed later. */
export function mayPass(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof ServerRefusedError && error.transient);
}

/** An error of the connection as one of the library's; others are themselves. */
export function refused(what: string, error: unknown): Error {
  if (error instanceof ConnectionLostError) return new BrokerUnavailableError(what, { cause: error });
  if (!(error instanceof ServerRefusedError)) return error as Error;
  if (error.full) return new BrokerFullError(`answers '${error.message}'`, { cause: error });
  if (error.missingTable) return new SchemaMissingError(`${what}: ${error.message}`);
  if (error.transient) return new BrokerUnavailableError(what, { cause: error, answer: error.message });
  return new BrokerRefusedError(what, error.message);
}
