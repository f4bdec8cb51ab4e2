import { Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import type { LogFields, TaskLogger } from '../../core/ports/runtime/logger.js';

const SHORT = { depth: 2, breakLength: Infinity } as const;

/** Writes log lines to Nest's Logger, so that they appear with those of the application. */
export class NestTaskLogger implements TaskLogger {
  readonly #logger: Logger;

  constructor(context = 'TaskQueue') {
    this.#logger = new Logger(context);
  }

  /** Called for each task, so the line is not built when the level is disabled. */
  debug(message: string, fields?: LogFields): void {
    if (Logger.isLevelEnabled('debug')) this.#logger.debug(new LogEntry(message, fields));
  }

  info(message: string, fields?: LogFields): void {
    this.#logger.log(new LogEntry(message, fields));
  }

  warn(message: string, fields?: LogFields): void {
    this.#logger.warn(new LogEntry(message, fields));
  }

  error(message: string, fields?: LogFields): void {
    this.#logger.error(new LogEntry(message, fields));
  }
}

/**
 * A log line for both kinds of logger: JSON loggers (Nest's own, pino, winston) see `message` and the fields as properties,
 * text loggers print the message followed by `key=value` pairs.
 */
export class LogEntry {
  readonly [field: string]: unknown;
  readonly message: string;

  constructor(message: string, fields: LogFields = {}) {
    Object.assign(this, fields);
    if (fields['error'] instanceof Error) Object.assign(this, { error: describeError(fields['error']) });
    this.message = message;
  }

  [inspect.custom](): string {
    const { message, error, ...fields } = this;
    const facts = Object.entries(fields).map(([key, value]) => ` ${key}=${typeof value === 'string' ? value : inspect(value, SHORT)}`);
    const cause = error === undefined ? '' : `\n${stackOf(error)}`;
    return `${message}${facts.join('')}${cause}`;
  }
}

// An Error has no enumerable properties, so that JSON would show {}.
function describeError(error: Error): Readonly<Record<string, unknown>> {
  return { type: error.name, message: error.message, stack: error.stack };
}

function stackOf(error: unknown): string {
  const stack = (error as { stack?: unknown } | null)?.stack;
  return typeof stack === 'string' ? stack : inspect(error, { depth: 3 });
}
