import type { BrokerCapabilities } from './capabilities.js';
import type { ConsumeOptions, Consumer } from './consumer.js';
import type { RateLimit } from './rate-limit.js';
import type { TransactionalPublishing } from './transactional.js';
import type { UniqueKey } from '../../message/unique-key.js';

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

/** One message on its way in. The body is opaque to the transport; what the transport acts on stands beside it. */
export interface Publication {
  readonly id: string;
  readonly queue: string;
  /** the encoded message (message/message-codec) */
  readonly body: string;
  /** 0–9, higher first */
  readonly priority: number;
  /** ms from now by the store's clock (a countdown), or an instant in epoch ms (an eta); absent = at once */
  readonly due?: { readonly delay: number } | { readonly eta: number };
  /** leave a trace of the id, and refuse it where one is found; false for the retry of an early-acknowledged message */
  readonly traced: boolean;
  /** the id was made for this publish and was never sent: a transport need not look for it */
  readonly fresh?: boolean;
  readonly unique?: UniqueKey;
  readonly limit?: RateLimit;
}

export interface PublishOptions {
  readonly timeout: number;
}

export interface PublishReceipt {
  /** the publication's own, or that of the message which holds its unique key: whose result to wait for */
  readonly id: string;
  /** nothing was changed: the id is known, or a message with the same unique key is there instead */
  readonly deduplicated: boolean;
  /** nothing was changed: another message holds the unique key, and `onConflict` is `reject` */
  readonly refused?: { readonly reason: 'unique'; readonly holder: string };
}

export interface RevokeOptions {
  /** also abort it where it is running */
  readonly terminate: boolean;
}
