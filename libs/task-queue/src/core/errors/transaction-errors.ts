import { TaskQueueError } from './task-queue-error.js';

/** An operation that needs an open transaction was called without one. */
export class TransactionNotOpenError extends TaskQueueError {
  readonly code = 'TRANSACTION_NOT_OPEN';
  constructor(what: string, why: string) {
    super(`${what}: ${why}. Call it inside dataSource.transaction(async (manager) => …), with that manager, and await it there.`);
  }
}

/** An SQL error was caught inside the transaction, and PostgreSQL accepts no further statement in it. */
export class TransactionAbortedError extends TaskQueueError {
  readonly code = 'TRANSACTION_ABORTED';
  constructor(what: string, options?: ErrorOptions) {
    super(
      `${what}: an earlier statement of the transaction failed, and its error was caught. Rethrow it, or run that statement in a nested transaction.`,
      options,
    );
  }
}

/** A query of a transactional task would have bypassed the task's transaction. */
export class OutsideTransactionError extends TaskQueueError {
  readonly code = 'OUTSIDE_TRANSACTION';
  constructor() {
    super(
      'A transactional task sent a query to its DataSource outside the transaction, through a connection that was opened elsewhere. ' +
        'Use the injected repositories, the DataSource or @Tx(). Put queries that must run outside into outsideTransaction(() => …).',
    );
  }
}

/** Neither the broker nor the outbox is in the database of the transaction. */
export class OutboxMissingError extends TaskQueueError {
  readonly code = 'OUTBOX_MISSING';
  /** @param broker the transport's name */
  constructor(broker: string, hasOutbox: boolean) {
    const why = hasOutbox ? "and neither is the 'outbox'" : "and there is no 'outbox'";
    super(
      `A task cannot be sent within this transaction: the '${broker}' broker is not in its database, ${why}. ` +
        'Give TaskQueueModule.forRoot outbox: { database } with the DataSource or Pool of that database.',
    );
  }
}

/** A message, a row of the outbox, or the trace of a transactional task could not be written. */
export class TransactionWriteError extends TaskQueueError {
  readonly code = 'TRANSACTION_WRITE_FAILED';
  constructor(what: string, cause: unknown) {
    super(
      `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}. Nothing was sent. Roll the transaction back, then try again.`,
      { cause },
    );
  }
}

/** Outbox, audit log and transactional tasks need PostgreSQL, and this database is another one. */
export class DatabaseUnsupportedError extends TaskQueueError {
  readonly code = 'DATABASE_UNSUPPORTED';
  constructor(where: string, found: string) {
    super(`${where} needs PostgreSQL, but the DataSource is of type '${found}'. Give it a PostgreSQL DataSource or Pool.`);
  }
}

/** A table of this library does not exist or is not accessible. */
export class TableUnusableError extends TaskQueueError {
  readonly code = 'TABLE_UNUSABLE';
  constructor(table: string, why: string, options?: ErrorOptions) {
    super(`The table ${table} cannot be used: ${why}. Run 'npx tasks migrate', and grant the application's user access to it.`, options);
  }
}

/** A transactional task was due longer ago than traces are kept, so that an earlier run could not be detected. */
export class TooOldToDedupError extends TaskQueueError {
  readonly code = 'TOO_OLD_TO_DEDUP';
  constructor(
    readonly task: string,
    retention: number,
  ) {
    super(
      `'${task}' was due longer ago than traces of transactional tasks are kept (${Math.round(retention / 86_400_000)} days), so it is not known whether it has run. Check its effects; if there are none, send it again.`,
    );
  }
}
