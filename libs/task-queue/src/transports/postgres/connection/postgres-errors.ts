import { ConnectionLostError, StoreRefusal } from '../../shared/store-errors.js';

// Errors of the driver carry the row, a parameter or the text of the statement, among them bodies of messages. So they never leave
// this folder: `translate` makes errors of our own from them.

/** The server answered with an error. */
export class ServerRefusedError extends StoreRefusal {
  constructor(
    /** the SQLSTATE */
    readonly code: string,
    message: string,
    /** the server says that a value exceeds a limit, such as the size of an index row */
    private readonly oversized = false,
  ) {
    super(message);
  }
  /** starting, failing over, out of connections, locked, deadlocked with a user's transaction, or too slow this time */
  get transient(): boolean {
    return TRANSIENT.has(this.code);
  }
  /** Another transaction held a lock for longer than the statement waits. */
  get locked(): boolean {
    return this.code === LOCKED;
  }
  /** The server accepts no writes: its disk, its memory or the queue of NOTIFY is full, or it is read-only. */
  get full(): boolean {
    return FULL.has(this.code) && !this.oversized;
  }
  /** A value is invalid for the statement; the same statement with other values may succeed. */
  get badData(): boolean {
    return this.code.startsWith('22') || this.code.startsWith('23');
  }
  get readOnly(): boolean {
    return this.code === READ_ONLY;
  }
  /** The server refused the user, the password or the database. */
  get login(): boolean {
    return this.code.startsWith('28') || this.code === '3D000';
  }
  get noRights(): boolean {
    return this.code === '42501';
  }
  /** The schema, a table, a column or a function does not exist. */
  get missingTable(): boolean {
    return MISSING.has(this.code);
  }
}

const READ_ONLY = '25006';
const LOCKED = '55P03';
const MISSING: ReadonlySet<string> = new Set(['42P01', '42703', '42883', '3F000']);
const FULL: ReadonlySet<string> = new Set(['53000', '53100', '53200', '53400', '54000', READ_ONLY]);
const TRANSIENT: ReadonlySet<string> = new Set(['40001', '40P01', '53200', '53300', LOCKED, '57014', '57P03', READ_ONLY]);

/** An error of the driver without the data that it carries. */
export function translate(error: unknown, sent: boolean): ConnectionLostError | ServerRefusedError {
  if (error instanceof ConnectionLostError || error instanceof ServerRefusedError) return error;
  const { code, message = String(error), severity, table, routine } = (error ?? {}) as DriverError;
  // Only the server's errors have a severity; errors of the system (ECONNREFUSED) have a code too.
  if (severity === undefined || code === undefined) return new ConnectionLostError(sent && !NEVER_SENT.test(message), code ?? message);
  if (sent && endsConnection(code)) return new ConnectionLostError(true, message);
  return new ServerRefusedError(code, message, table !== undefined || routine === 'index_form_tuple');
}

interface DriverError {
  readonly code?: string;
  readonly message?: string;
  readonly severity?: string;
  /** the table whose constraint or index refuses the row */
  readonly table?: string;
  /** the server's function */
  readonly routine?: string;
}

/** The server ends the connection with this code, and does not say whether the statement took effect. */
function endsConnection(code: string): boolean {
  return code.startsWith('08') || code === '57P01' || code === '57P02' || code === '57P05' || code === '25P03' || code === '25P04';
}

/** The driver's error for a connection that it knew to be closed. */
const NEVER_SENT = /not queryable/;

/** Whether the connection can be used again after the error. */
export function stillUsable(error: unknown): boolean {
  return error instanceof ServerRefusedError && !error.readOnly;
}
