import type { Publication, PublishOptions, PublishReceipt } from './publication.js';
import type { BrokerCapabilities } from './capabilities.js';
import type { ConsumeOptions, Consumer } from './consumer.js';
import type { TransactionalPublishing } from './transactional.js';

/**
 * Accepts messages and creates consumers. One instance serves the whole process; it holds no work itself.
 * It translates driver errors to the errors of `errors/`.
 */
export interface Broker {
  readonly capabilities: BrokerCapabilities;
  /** present when its messages are in a SQL database: publishes within a transaction of the application */
  readonly transactional?: TransactionalPublishing;
  connect(): Promise<void>;
  /** Safe to call twice. */
  close(): Promise<void>;
  /**
   * Resolves when every publication is durable, with one receipt each, in order. An id that the broker already holds, or
   * that has finished within `dedupRetention` (where `traced`), changes nothing and answers `deduplicated: true`. The receipt
   * of a publication says when a unique key held it back; the other publications are not affected.
   * A publication that is `due` later waits in the broker.
   * @param options.timeout ms after which it gives up
   * @throws BrokerUnavailableError nothing was sent · PublishUncertainError sent, and not known whether it arrived ·
   *   BrokerFullError the store refuses new work
   */
  publish(publications: readonly Publication[], options: PublishOptions): Promise<PublishReceipt[]>;
  /** Creates a consumer of these queues, which keeps its deliveries until they are settled (see {@link Consumer}). */
  consume(queues: readonly string[], options: ConsumeOptions): Promise<Consumer>;
  /**
   * Marks ids as revoked, known or not, until a settlement consumes the mark or `revokesExpire` passes. A waiting message
   * moves to the front of its queue so that a worker settles it as REVOKED. The consumer of a running one gets its id.
   */
  revoke?(ids: readonly string[], options: RevokeOptions): Promise<void>;
  /**
   * Hands out the messages of a key this many ms apart, waiting ones included, until it is set again. It overrides the limits
   * of their publications. 0 = no limit; null = the limits of their publications.
   */
  setRate?(key: string, intervalMs: number | null): Promise<void>;
}

export interface RevokeOptions {
  /** also abort it where it is running */
  readonly terminate: boolean;
}
