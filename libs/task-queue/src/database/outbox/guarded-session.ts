import type { EventEmitter } from 'node:events';
import { TransactionNotOpenError } from '../../core/errors/transaction-errors.js';
import type { TransactionSession } from '../../core/ports/broker/transactional.js';

/** What a client of pg tells of its transaction. */
export interface TransactionClient {
  /** 'I' = none, 'T' = open, 'E' = failed; since pg 8.17 */
  getTransactionStatus?(): string | null;
  /** emits `readyForQuery` with the status after each statement; a native client has none */
  readonly connection?: EventEmitter;
}

/** by client: the identity of its transaction */
const current = new WeakMap<TransactionClient, { identity: object }>();

/** A key for the transaction of a client; the next transaction has another. */
export function transactionOn(client: TransactionClient): object {
  let known = current.get(client);
  if (known === undefined) {
    const made = { identity: {} };
    current.set(client, (known = made));
    // First of all listeners: the client's own sends the next statement of its queue.
    client.connection?.prependListener('readyForQuery', ({ status }: { status: string }) => {
      if (status === 'I') made.identity = {};
    });
  }
  return known.identity;
}

/** Whether the transaction is open on the client, as far as the server has answered. */
export function isIn(client: TransactionClient, identity: object): boolean {
  const status = client.getTransactionStatus?.() ?? 'T';
  return (status === 'T' || status === 'E') && transactionOn(client) === identity;
}

/**
 * A session that writes only in the transaction that is open now. Whoever ends it may do so between the call and the statement, or may
 * have queued the end in the driver. So it is checked when the driver encodes the values, after all earlier statements were answered.
 */
export function guardedSession(session: TransactionSession, client: TransactionClient): TransactionSession {
  const identity = transactionOn(client);
  return {
    async query(text, values) {
      const check = new Check(values[0], () => isIn(client, identity));
      if (check.fails()) throw over();
      if (values.length === 0) return session.query(text, values);
      try {
        return await session.query(text, [check, ...values.slice(1)]);
      } catch (error) {
        throw check.failed ? over() : error;
      }
    },
  };
}

function over(): Error {
  return new TransactionNotOpenError('Sending a task', 'the transaction in which it was sent is over');
}

/** A value of a statement that the server refuses if the transaction is over: no text of PostgreSQL contains NUL. */
class Check {
  failed = false;

  constructor(
    private readonly value: unknown,
    private readonly open: () => boolean,
  ) {}

  fails(): boolean {
    return (this.failed = !this.open());
  }

  /** The driver calls it when the statement is the next to be sent. */
  toPostgres(): unknown {
    return this.fails() ? '\0' : this.value;
  }

  /** for loggers of statements */
  toJSON(): unknown {
    return this.value;
  }
}
