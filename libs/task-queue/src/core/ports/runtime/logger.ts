/** Structured log lines: a short sentence and the facts beside it (`taskId`, `task`, `queue`, `error`, …). */
export interface TaskLogger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
export type LogFields = Readonly<Record<string, unknown>>;

export const silentLogger: TaskLogger = { debug() {}, info() {}, warn() {}, error() {} };
