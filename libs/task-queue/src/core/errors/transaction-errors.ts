import { TaskQueueError } from './task-queue-error.js';

/** What was to be done within a transaction came when none was open. */
export class TransactionNotOpenError extends TaskQueueError {
  readonly code = 'TRANSACTION_NOT_OPEN';
  constructor(what: string, why: string) {
    super(`${what}: ${why}. Do it inside dataSource.transaction(async (manager) => …), with that manager, and await it there.`);
  }
}

/** The transaction was spoilt by an SQL error that somebody caught: Postgres takes nothing more in it. */
export class TransactionAbortedError extends TaskQueueError {
  readonly code = 'TRANSACTION_ABORTED';
  constructor(what: string, options?: ErrorOptions) {
    super(
      `${what}: an earlier statement of the transaction failed, and its error was caught. Let it through, or run that statement in a nested transaction.`,
      options,
    );
  }
}

/** Within a transactional task, a query would have gone past the task's transaction. */
export class OutsideTransactionError extends TaskQueueError {
  readonly code = 'OUTSIDE_TRANSACTION';
  constructor() {
    super(
      'Within a transactional task a query went to its DataSource outside the transaction, through a connection that was opened elsewhere. ' +
        'Use the injected repositories, the DataSource or @Tx(); what is meant to be outside goes into outsideTransaction(() => …).',
    );
  }
}

/** A transaction of this database cannot take messages in: the broker is elsewhere, and so is the outbox, if there is one. */
export class OutboxMissingError extends TaskQueueError {
  readonly code = 'OUTBOX_MISSING';
  /** @param broker the transport's name */
  constructor(broker: string, hasOutbox: boolean) {
    const why = hasOutbox ? "and 'outbox' is in another database, too" : "and there is no 'outbox'";
    super(
      `A task cannot be sent within this transaction: the '${broker}' broker is not in its database, ${why}. ` +
        'Give TaskQueueModule.forRoot outbox: { database } with the DataSource or Pool of that database.',
    );
  }
}

/** A message, a row of the outbox, or the record of a transactional task, could not be written. */
export class TransactionWriteError extends TaskQueueError {
  readonly code = 'TRANSACTION_WRITE_FAILED';
  constructor(what: string, cause: unknown) {
    super(
      `${what} failed: ${cause instanceof Error ? cause.message : String(cause)}. The transaction can only be rolled back; nothing was sent.`,
      {
        cause,
      },
    );
  }
}

/** Transactions are Postgres' here, and this database is another one. */
export class DatabaseUnsupportedError extends TaskQueueError {
  readonly code = 'DATABASE_UNSUPPORTED';
  constructor(where: string, found: string) {
    super(`${where} needs PostgreSQL, but the DataSource is of type '${found}'.`);
  }
}

/** A table of this library is not there, or may not be used. */
export class TableUnusableError extends TaskQueueError {
  readonly code = 'TABLE_UNUSABLE';
  constructor(table: string, why: string, options?: ErrorOptions) {
    super(`The table ${table} cannot be used: ${why}. Run 'npx tasks migrate', and let the application's user read and write it.`, options);
  }
}

/** A transactional task that came so late that nothing could tell whether it has run before. */
export class TooOldToDedupError extends TaskQueueError {
  readonly code = 'TOO_OLD_TO_DEDUP';
  constructor(
    readonly task: string,
    retention: number,
  ) {
    super(
      `'${task}' was due longer ago than records of transactional tasks are kept (${Math.round(retention / 86_400_000)} days), so that it might run twice. Send it anew.`,
    );
  }
}
