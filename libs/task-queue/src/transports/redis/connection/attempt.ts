import { BrokerRefusedError, BrokerUnavailableError } from '../../../core/errors/publish-errors.js';
import type { RedisConnection } from './redis-connection.js';
import { monotonic } from '../../shared/monotonic.js';
import { pause } from '../../shared/pause.js';
import { ConnectionLostError, ServerRefusedError } from './redis-errors.js';
import type { ScriptName } from './scripts.js';

/** ms that a call which may be repeated goes on trying while the server cannot be reached */
export const PATIENCE = 5_000;
const PAUSE = 50;

/**
 * Runs a script that changes nothing when it runs twice, again and again until it was answered.
 * @param what for the error's message
 * @throws BrokerUnavailableError · BrokerRefusedError · BrokerVersionError
 */
export async function attempt(
  connection: RedisConnection,
  what: string,
  script: ScriptName,
  keys: readonly string[],
  args: readonly string[],
  patience = PATIENCE,
): Promise<unknown> {
  const deadline = monotonic() + patience;
  for (;;) {
    if (!(await connection.usable(deadline - monotonic()))) throw unavailable(what, connection.failure);
    try {
      return await connection.script(script, keys, args);
    } catch (error) {
      if (!mayPass(error)) throw refused(what, error);
      if (monotonic() >= deadline) throw unavailable(what, error as Error);
      await pause(Math.min(PAUSE, deadline - monotonic()));
    }
  }
}

/** Whether the same call may succeed later. */
export function mayPass(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof ServerRefusedError && error.transient);
}

/** The error of a connection that did not become usable in time. */
export function unavailable(what: string, why: Error | null): BrokerUnavailableError | BrokerRefusedError {
  if (why instanceof ServerRefusedError && why.login) return new BrokerRefusedError(what, why.message);
  return new BrokerUnavailableError(what, why === null ? undefined : { cause: why });
}

export function refused(what: string, error: unknown): Error {
  return error instanceof ServerRefusedError ? new BrokerRefusedError(what, error.message) : (error as Error);
}

/** @returns null when it takes longer */
export async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), ms)));
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
