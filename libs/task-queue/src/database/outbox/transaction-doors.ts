import { OutboxMissingError } from '../../core/errors/index.js';
import {
  IDENTIFY_DATABASE,
  isSameDatabase,
  type Broker,
  type DatabaseIdentity,
  type OpenTransaction,
  type TransactionalPublishing,
} from '../../core/ports/index.js';
import type { Outbox } from './outbox.js';

/**
 * Finds who takes messages in within a transaction: the broker where it is in the same database, else the outbox. Each
 * database is asked once which one it is; after that a publish is one round trip.
 */
export class TransactionDoors {
  readonly #ofPools = new WeakMap<object, TransactionalPublishing>();
  readonly #ofAddresses = new Map<string, TransactionalPublishing>();

  constructor(
    private readonly broker: Broker,
    private readonly outbox: Outbox | undefined,
  ) {}

  /** Whether messages are known to go straight into the broker: nobody sends them again, so that no id has to be remembered. */
  isDirect(transaction: OpenTransaction): boolean {
    const known = this.known(transaction);
    return known !== undefined && known === this.broker.transactional;
  }

  /** Who takes the messages of this transaction, where that was found out before. */
  known({ database }: OpenTransaction): TransactionalPublishing | undefined {
    return typeof database === 'string' ? this.#ofAddresses.get(database) : this.#ofPools.get(database);
  }

  /** @throws OutboxMissingError */
  async of(transaction: OpenTransaction): Promise<TransactionalPublishing> {
    const known = this.known(transaction);
    if (known !== undefined) return known;
    const { database, session } = transaction;
    const { rows } = await session.query<DatabaseIdentity>(IDENTIFY_DATABASE, []);
    const door = await this.#doorOf(rows[0]!);
    if (typeof database === 'string') this.#ofAddresses.set(database, door);
    else this.#ofPools.set(database, door);
    return door;
  }

  async #doorOf(identity: DatabaseIdentity): Promise<TransactionalPublishing> {
    for (const door of [this.broker.transactional, this.outbox]) {
      if (door !== undefined && isSameDatabase(identity, await door.databaseIdentity())) return door;
    }
    throw new OutboxMissingError(this.broker.capabilities.name, this.outbox !== undefined);
  }
}
