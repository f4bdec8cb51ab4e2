import type { FailedAttempt } from '../../message/failed-attempt.js';
import type { TaskResultRecord } from '../../message/task-result.js';
import type { CarriedMessage, EncodedMessage } from './message-format.js';
import type { Publication, PublishReceipt } from './publication.js';
import type { JoinArrival, JoinReceipt } from '../stores/join-store.js';

/**
 * Receives deliveries from its queues under leases, and settles them. It renews the leases of the deliveries that it handed out
 * by itself (unless `renew: false`), as long as the process lives and the main loop has answered within `maxLoopBlock`.
 */
export interface Consumer {
  /**
   * Up to `limit` deliveries; waits for work without polling hot. `[]` when its own deadline or the signal comes first.
   * A suspect (a message whose lease was lost twice or more) is handed out alone: never beside another delivery of
   * this consumer, and nothing else while one is out.
   */
  receive(limit: number, signal: AbortSignal): Promise<Delivery[]>;
  /**
   * Settles a batch. Each is accepted only while this consumer still holds the lease under the delivery's token; a refused
   * one changes nothing. One bad settlement fails alone. Receipts come in order. While the store cannot be reached, the consumer
   * repeats the call for as long as the leases hold: only it can repeat a call whose answer was lost.
   */
  settle(settlements: readonly Settlement[]): Promise<SettleReceipt[]>;
  /** Renews leases now. Reports the lost leases, and the ids that were revoked since the last renewal. */
  extend(deliveries: readonly Delivery[]): Promise<ExtendReport>;
  /**
   * Receives from these queues from now on, a receive that waits included. What is out stays this consumer's, and what a
   * receive under way brings may still be of a queue that was left.
   */
  subscribe(queues: readonly string[]): Promise<void>;
  /** Whether the lease is held by the local deadline, counted from *sending* the last renewal that succeeded. Cheap. */
  holds(delivery: Delivery): boolean;
  /** epoch ms of the last receive that got an answer; for liveness probes */
  readonly lastReceiveAt: number;
  /** false: its leases cannot be renewed as they should, so it receives nothing for now; absent = there is nothing that may fail */
  readonly renewing?: boolean;
  /** Stops renewing and waiting. What is still out is left to its lease: settle or release first. Safe to call twice. */
  close(): Promise<void>;
}

export interface ConsumeOptions {
  /** ms that a delivery is this consumer's before it must be renewed */
  readonly lease: number;
  /** default true; tests that step leases by hand switch it off */
  readonly renew?: boolean;
  /** ms the main loop may be blocked before its leases are no longer renewed */
  readonly maxLoopBlock: number;
  /** the longest that one receive waits for work, in ms */
  readonly maxWait: number;
  readonly events: ConsumerEvents;
}

export interface ConsumerEvents {
  /** leases confirmed as lost: another consumer has these deliveries, or will receive them */
  lost(deliveries: readonly Delivery[]): void;
  /** revoked while out, as answers to renewals and settlements name them */
  revoked(revoked: readonly RevokedDelivery[]): void;
}

export interface RevokedDelivery {
  readonly id: string;
  /** abort the running handler, rather than only not running it again */
  readonly terminate: boolean;
}

/** One hand-over of a message to this consumer. */
export interface Delivery extends CarriedMessage {
  readonly priority: number;
  /** the fence: this hand-over's own, never issued twice */
  readonly token: string;
  /** leases of this message that were lost before this one: 0 on a first delivery */
  readonly lostLeases: number;
  /** the id has a revoke mark: settle it as REVOKED without running it */
  readonly revoked: boolean;
}

/** The end of a delivery, and what the broker writes with it. */
export type Settlement = { readonly delivery: Delivery } & SettlementContent;

/** A settlement without its delivery: what an attempt's end asks for. */
export type SettlementContent = {
  /** saved in the same atomic step where the capabilities say so; absent = nothing to save */
  readonly result?: ResultToSave;
  /** follow-up messages, published with it */
  readonly publish?: readonly Publication[];
  /** members that arrive at joins with it, in the same atomic step where the capabilities say so */
  readonly arrivals?: readonly JoinArrival[];
} & SettlementKind;

/** The settlement that the run of a transactional task recorded, for any delivery of that task. */
export type RecordedSettlement = Extract<SettlementContent, { readonly kind: 'ack' }>;

export type SettlementKind =
  /** done: the message is removed. `traced`: remember the id for `dedupRetention` from now */
  | { readonly kind: 'ack'; readonly traced: boolean }
  /** back to its queue under the same id with a new body, after `delay` ms or at `eta`; its lost leases are forgotten */
  | (EncodedMessage & {
      readonly kind: 'retry';
      readonly priority: number;
      readonly due: { readonly delay: number } | { readonly eta: number };
    })
  /** back as it is: to the front when `delay` is 0. `charge`: counts as a lost lease */
  | { readonly kind: 'release'; readonly delay: number; readonly charge: boolean }
  | {
      readonly kind: 'deadLetter';
      readonly reason: string;
      readonly detail: string;
      /** kept with it for people to read */
      readonly attempts: readonly FailedAttempt[];
      readonly traced: boolean;
    };

export interface ResultToSave {
  readonly record: TaskResultRecord;
  /** ms it is kept */
  readonly expires: number;
}

export interface SettleReceipt {
  readonly id: string;
  /** false: the lease was no longer held, and nothing was changed */
  readonly accepted: boolean;
  /** one for each join that its arrivals name, as `JoinStore.arrive` answers; absent where there are none */
  readonly joined?: readonly JoinReceipt[];
  /** receipts of the follow-ups that a unique key held back; absent where there are none */
  readonly heldBack?: readonly HeldBackReceipt[];
}

/** A follow-up that was not published, and the receipt that a publish would have returned. */
export interface HeldBackReceipt {
  readonly followUp: string;
  readonly receipt: PublishReceipt;
}

export interface ExtendReport {
  readonly lost: readonly Delivery[];
  readonly revoked: readonly RevokedDelivery[];
}
