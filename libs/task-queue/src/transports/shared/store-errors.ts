/** The connection was lost, or was never there. Never leaves the engine's folder. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';

  /** @param sent the call may have reached the server, and may have taken effect */
  constructor(
    readonly sent: boolean,
    why: string,
  ) {
    super(why);
  }
}

/** The server answered with an error and did nothing. Never leaves the engine's folder. */
export abstract class StoreRefusal extends Error {
  override readonly name = 'ServerRefusedError';
  /** the same call may succeed later */
  abstract readonly transient: boolean;
}

/** Whether the same call may succeed later. */
export function isTransient(error: unknown): boolean {
  return error instanceof ConnectionLostError || (error instanceof StoreRefusal && error.transient);
}
