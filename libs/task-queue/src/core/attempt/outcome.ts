import type { SerializedError } from '../message/task-result.js';
import type { TaskMessage } from '../message/task-message.js';
import type { RecordedSettlement } from '../ports/broker/consumer.js';

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'success'; readonly value: unknown }
  | {
      readonly kind: 'failure';
      readonly error: SerializedError;
      readonly thrown: unknown;
      /** the reason of its dead letter */
      readonly reason: string;
      /** the task declares this error (`throws`, Discard), so it is no alarm */
      readonly expected?: boolean;
    }
  | {
      readonly kind: 'retry';
      readonly error: SerializedError | undefined;
      readonly thrown: unknown;
      readonly next: TaskMessage;
      readonly due: { readonly delay: number } | { readonly eta: number };
      /** the error of `retry.delay`; `defaultRetryDelay` is used instead */
      readonly delayFault?: unknown;
    }
  | { readonly kind: 'revoked'; readonly error: SerializedError; readonly why: 'revoked' | 'terminated' | 'expired' }
  | { readonly kind: 'ignored'; readonly error: SerializedError }
  /** refused for good: a dead letter */
  | { readonly kind: 'rejected'; readonly error: SerializedError; readonly thrown: unknown }
  /** back to its queue, counted like the loss of a worker */
  | { readonly kind: 'requeued'; readonly error: SerializedError; readonly thrown: unknown }
  /** back to its queue for a while, with no attempt spent */
  | { readonly kind: 'snoozed'; readonly delay: number; readonly thrown: unknown }
  /** it cannot run exactly once now: back to its queue for a while, with no attempt spent */
  | { readonly kind: 'deferred'; readonly delay: number; readonly why: string }
  /** an earlier run has committed, and its record contains the settlement */
  | { readonly kind: 'repeated'; readonly settlement: RecordedSettlement }
  /** cut by a shutdown: goes back unspent */
  | { readonly kind: 'released' }
  /** the lease is lost: another worker runs it. `begun`: false = the lease may still be held, so it is given back */
  | { readonly kind: 'lost'; readonly begun: boolean };
