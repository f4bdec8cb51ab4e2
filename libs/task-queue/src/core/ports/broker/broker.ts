import type { Publication, PublishOptions, PublishReceipt } from './publication.js';
import type { BrokerCapabilities } from './capabilities.js';
import type { ConsumeOptions, Consumer } from './consumer.js';
import type { TransactionalPublishing } from './transactional.js';

/**
 * Takes messages in and hands out consumers. Shared by the whole process and holding no work itself.
 * Driver errors never leave it: they are translated to the errors of `errors/`.
 */
export interface Broker {
  readonly capabilities: BrokerCapabilities;
  /** where its messages are in a SQL database: publishing within a transaction of the user's */
  readonly transactional?: TransactionalPublishing;
  connect(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
  /**
   * Resolves when every publication is durable, with one receipt each, in order. An id that the broker already holds, or
   * (where `traced`) has finished within `dedupRetention`, changes nothing and answers `deduplicated: true`. What a unique
   * key holds back is told in its own receipt, and concerns no other.
   * @param options.timeout ms after which it gives up
   * @throws BrokerUnavailableError nothing was sent · PublishUncertainError sent, and not known whether it arrived ·
   *   BrokerFullError the store refuses new work
   */
  publish(publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]>;
  /** A consumer of these queues. It renews the leases of what it has handed out until that is settled (see {@link Consumer}). */
  consume(queues: readonly string[], options: ConsumeOptions): Promise<Consumer>;
  /**
   * Marks ids as revoked, known or not, until a settlement consumes the mark or `revokesExpire` passes. A waiting message
   * comes to the front of its queue so that a worker settles it as REVOKED; a running one is named to its consumer.
   */
  revoke(ids: readonly string[], options: RevokeOptions): Promise<void>;
  /**
   * Lets messages of a key through this many ms apart from now on, those that wait included, whatever their publications
   * say, until it is set again. 0 = without a limit; null = as their publications say.
   */
  setRate(key: string, intervalMs: number | null): Promise<void>;
}

export interface RevokeOptions {
  /** also abort it where it is running */
  readonly terminate: boolean;
}
