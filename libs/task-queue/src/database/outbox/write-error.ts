import { TableUnusableError, TransactionAbortedError, TransactionWriteError } from '../../core/errors/transaction-errors.js';
import { TaskQueueError } from '../../core/errors/task-queue-error.js';

/** the schema, a table, a column or a function does not exist, or rights are missing */
const UNUSABLE = ['42P01', '42703', '42883', '3F000', '42501'];
/** too many connections; idle in a transaction, or in a transaction, for too long */
const ENDS_CONNECTION = ['53300', '25P03', '25P04'];
/** the disk, the memory or the queue of NOTIFY is full, or the server is read-only */
const FULL = ['53000', '53100', '53200', '53400', '54000', '25006'];
const ABORTED = '25P02';

/** The library's error for a statement that failed in the application's transaction. */
export function writeError(what: string, table: string, error: unknown): TaskQueueError {
  if (error instanceof TaskQueueError) return error;
  const code = sqlStateOf(error);
  if (code !== undefined && UNUSABLE.includes(code)) return new TableUnusableError(table, (error as Error).message, { cause: error });
  if (code === ABORTED) return new TransactionAbortedError(what, { cause: error });
  return new TransactionWriteError(what, error);
}

/** The SQLSTATE of an error; undefined if the error is not an answer of PostgreSQL. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined;
}

/** Whether the connection failed rather than the statement: the server has not refused it. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof TaskQueueError) return false;
  const state = sqlStateOf(error);
  return state === undefined || state.startsWith('08') || state.startsWith('57P') || ENDS_CONNECTION.includes(state);
}

/** Whether the server accepts no writes for now. */
export function isFull(error: unknown): boolean {
  return FULL.includes(sqlStateOf(error) ?? '');
}
