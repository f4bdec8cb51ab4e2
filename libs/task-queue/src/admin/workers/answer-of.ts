import type { WorkerReply } from '../../core/control/ask-workers.js';
import { ERROR_CODES, type ErrorCode } from '../../core/errors/error-codes.js';
import { WorkerRefusedError } from '../../core/errors/admin-resource-errors.js';

/**
 * What the one worker that was asked has answered.
 * @throws WorkerRefusedError with the code that it gave instead, WORKER_SILENT among them
 */
export function answerOf<T>([reply]: readonly WorkerReply<T>[]): T {
  const { worker, value, error } = reply!;
  if (error === undefined) return value;
  // A worker of a later version may have codes that nobody knows here.
  const code = ERROR_CODES.includes(error.code as ErrorCode) ? (error.code as ErrorCode) : 'COMMAND_FAILED';
  throw new WorkerRefusedError(code, error.message, worker);
}
