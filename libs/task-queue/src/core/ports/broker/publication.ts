import type { RateLimit } from './rate-limit.js';
import type { CarriedMessage } from './message-format.js';
import type { UniqueKey } from '../../message/unique-key.js';

/** A message to publish. The body is opaque to the transport, which acts on the other fields. */
export interface Publication extends CarriedMessage {
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
  /** If a part waits for somebody else, nothing is published and the call is refused at once: the caller publishes it in parts. */
  readonly divisible?: boolean;
}

export interface PublishReceipt {
  /** the publication's own, or that of the message which holds its unique key: whose result to wait for */
  readonly id: string;
  /** nothing was changed: the id is known, or a message with the same unique key is there instead */
  readonly deduplicated: boolean;
  /** nothing was changed: another message holds the unique key, and `onConflict` is `reject` */
  readonly refused?: { readonly reason: 'unique'; readonly holder: string };
}
