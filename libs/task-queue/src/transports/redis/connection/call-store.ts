import { BrokerFullError, BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import type { RedisConnection } from './redis-connection.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { isTransient } from '../../shared/store-errors.js';
import { ServerRefusedError } from './redis-errors.js';
import type { ScriptName } from './scripts.js';

/** ms for which a repeatable call is retried while the server cannot be reached */
export const CALL_TIMEOUT = 5_000;
const PAUSE = 50;

/**
 * Runs an idempotent script, and repeats it until the server has answered.
 * @param what for the error's message
 * @throws BrokerUnavailableError · BrokerFullError · BrokerRefusedError · BrokerVersionError
 */
export async function callStore(
  connection: RedisConnection,
  what: string,
  script: ScriptName,
  keys: readonly string[],
  args: readonly string[],
  timeout = CALL_TIMEOUT,
): Promise<unknown> {
  const deadline = monotonic() + timeout;
  for (;;) {
    if (!(await connection.usable(deadline - monotonic()))) throw unavailable(what, connection.failure);
    try {
      return await connection.script(script, keys, args);
    } catch (error) {
      if (!isTransient(error)) throw toBrokerError(what, error);
      if (monotonic() >= deadline) throw unavailable(what, error as Error);
      await pause(Math.min(PAUSE, deadline - monotonic()));
    }
  }
}

/** The error of a connection that did not become usable in time. */
export function unavailable(what: string, why: Error | null): BrokerUnavailableError | BrokerRefusedError {
  if (why instanceof ServerRefusedError && why.login) return new BrokerRefusedError(what, why.message);
  if (why instanceof ServerRefusedError) return new BrokerUnavailableError(what, { cause: why, answer: why.message });
  return new BrokerUnavailableError(what, why === null ? undefined : { cause: why });
}

/** An error of the connection as an error of the library; any other error is returned unchanged. */
export function toBrokerError(what: string, error: unknown): Error {
  if (!(error instanceof ServerRefusedError)) return error as Error;
  return error.full ? new BrokerFullError(`answers '${error.message}'`, { cause: error }) : new BrokerRefusedError(what, error.message);
}

/** @returns null after `ms` */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
