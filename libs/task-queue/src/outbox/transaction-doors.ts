import { OutboxMissingError } from '../errors/index.js';
import {
  IDENTIFY_DATABASE,
  isSameDatabase,
  type Broker,
  type DatabaseIdentity,
  type OpenTransaction,
  type TransactionalPublishing,
} from '../ports/index.js';
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

  /** @throws OutboxMissingError */
  async of({ database, session }: OpenTransaction): Promise<TransactionalPublishing> {
    const known = typeof database === 'string' ? this.#ofAddresses.get(database) : this.#ofPools.get(database);
    if (known !== undefined) return known;
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
