import { OutboxMissingError } from '../../core/errors/transaction-errors.js';
import {
  type DatabaseIdentity,
  IDENTIFY_DATABASE,
  isSameDatabase,
  type OpenTransaction,
  type PublisherWithin,
  type TransactionalPublishing,
  type TransactionalSending,
  type TransactionOwner,
} from '../../core/ports/broker/transactional.js';
import type { Broker } from '../../core/ports/broker/broker.js';
import { openTransaction } from './open-transaction.js';
import type { Outbox } from './outbox.js';
import { TransactionPublisher } from './transaction-publisher.js';

/**
 * Finds the target of a transaction's messages: the broker if it is in the same database, else the outbox. Each database is
 * identified once; after that a publish is one round trip.
 */
export class TransactionTargets implements TransactionalSending {
  readonly #ofPools = new WeakMap<object, TransactionalPublishing>();
  readonly #ofAddresses = new Map<string, TransactionalPublishing>();

  constructor(
    private readonly broker: Broker,
    private readonly outbox: Outbox | undefined,
  ) {}

  open(owner: TransactionOwner): OpenTransaction {
    return openTransaction(owner);
  }

  publisher(transaction: OpenTransaction, timeout: number): PublisherWithin {
    return new TransactionPublisher(transaction, () => this.known(transaction) ?? this.of(transaction), timeout);
  }

  isDirect(transaction: OpenTransaction): boolean {
    const known = this.known(transaction);
    return known !== undefined && known === this.broker.transactional;
  }

  /** The target, if an earlier transaction on this database has found it. */
  known({ database }: OpenTransaction): TransactionalPublishing | undefined {
    return typeof database === 'string' ? this.#ofAddresses.get(database) : this.#ofPools.get(database);
  }

  /** @throws OutboxMissingError */
  async of(transaction: OpenTransaction): Promise<TransactionalPublishing> {
    const known = this.known(transaction);
    if (known !== undefined) return known;
    const { database, session } = transaction;
    // Its identity would take another connection of a pool whose connections may all be in transactions that wait for one.
    if (this.broker.transactional === undefined && this.outbox?.database.is(database) === true) return this.outbox;
    const { rows } = await session.query<DatabaseIdentity>(IDENTIFY_DATABASE, []);
    const target = await this.#targetOf(rows[0]!);
    if (typeof database === 'string') this.#ofAddresses.set(database, target);
    else this.#ofPools.set(database, target);
    return target;
  }

  async #targetOf(identity: DatabaseIdentity): Promise<TransactionalPublishing> {
    for (const target of [this.broker.transactional, this.outbox]) {
      if (target !== undefined && isSameDatabase(identity, await target.databaseIdentity())) return target;
    }
    throw new OutboxMissingError(this.broker.capabilities.name, this.outbox !== undefined);
  }
}
