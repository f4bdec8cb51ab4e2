import type { SerializedError } from '../message/task-result.js';
import type { TaskMessage } from '../message/task-message.js';

/** How an attempt ended. */
export type Outcome =
  | { readonly kind: 'success'; readonly value: unknown }
  | { readonly kind: 'failure'; readonly error: SerializedError; readonly thrown: unknown; readonly reason: string }
  | {
      readonly kind: 'retry';
      readonly error: SerializedError | undefined;
      readonly next: TaskMessage;
      readonly due: { readonly delay: number } | { readonly eta: number };
    }
  | { readonly kind: 'revoked'; readonly error: SerializedError }
  | { readonly kind: 'ignored'; readonly error: SerializedError }
  /** cut by a shutdown: goes back unspent */
  | { readonly kind: 'released' }
  /** somebody else has it: nothing to settle */
  | { readonly kind: 'lost' };
