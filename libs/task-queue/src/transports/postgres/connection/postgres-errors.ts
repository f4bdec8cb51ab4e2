// What the driver and the server say, as errors of our own: driver errors carry the row, a parameter or the text of the statement,
// a message's body among them, and so never leave this folder.

/** The connection was lost, or never there. `sent`: the statement may have reached the server, and may have been done. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  constructor(
    readonly sent: boolean,
    why: string,
  ) {
    super(why);
  }
}

/** The server answered with an error, and did nothing. */
export class ServerRefusedError extends Error {
  override readonly name = 'ServerRefusedError';
  constructor(
    /** the SQLSTATE */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
  /** The same statement may succeed later: starting, failing over, out of connections, locked, deadlocked with a user's transaction, too slow this time. */
  get transient(): boolean {
    return TRANSIENT.has(this.code);
  }
  /** It takes no new work: disk or memory are used up, or it is read-only. */
  get full(): boolean {
    return FULL.has(this.code);
  }
  /** A value that the statement cannot take: it is the value's fault, and concerns no other one's. */
  get badData(): boolean {
    return this.code.startsWith('22') || this.code.startsWith('23');
  }
  get readOnly(): boolean {
    return this.code === READ_ONLY;
  }
  /** User, password or database are refused. */
  get login(): boolean {
    return this.code.startsWith('28') || this.code === '3D000';
  }
  get noRights(): boolean {
    return this.code === '42501';
  }
  /** A table, column, function or the schema is not there. */
  get missingTable(): boolean {
    return MISSING.has(this.code);
  }
}

const READ_ONLY = '25006';
const MISSING: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '3F000']);
const FULL: ReadonlySet<string> = new Set(['53000', '53100', '53200', '53400', READ_ONLY]);
const TRANSIENT: ReadonlySet<string> = new Set(['40001', '40P01', '53200', '53300', '55P03', '57014', '57P03', READ_ONLY]);

/** Any error of the driver, without what it carries along. */
export function translate(error: unknown, sent: boolean): ConnectionLostError | ServerRefusedError {
  if (error instanceof ConnectionLostError || error instanceof ServerRefusedError) return error;
  const { code, message = String(error), severity } = (error ?? {}) as { code?: string; message?: string; severity?: string };
  // A message of the server has a severity; what the system says (ECONNREFUSED) has a code too.
  if (severity === undefined || code === undefined) return new ConnectionLostError(sent && !NEVER_SENT.test(message), code ?? message);
  if (sent && endsConnection(code)) return new ConnectionLostError(true, message);
  return new ServerRefusedError(code, message);
}

/** The server ends the connection with it, and does not say what became of the statement. */
function endsConnection(code: string): boolean {
  return code.startsWith('08') || code === '57P01' || code === '57P02' || code === '57P05' || code === '25P03';
}

/** What the driver says of a connection that it knew to be gone. */
const NEVER_SENT = /not queryable/;

/** Whether the connection can be used again after this. */
export function stillUsable(error: unknown): boolean {
  return error instanceof ServerRefusedError && !error.readOnly;
}
