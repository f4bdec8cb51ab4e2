import type { UniqueKey } from './unique-key.js';

/**
 * A call that another task's end will make: plain data, settled by the sender, so that the worker needs no knowledge of
 * routes or classes to make it. Lengths of time are ms.
 */
export interface FollowUp {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs?: Readonly<Record<string, unknown>>;
  readonly queue: string;
  /** takes nothing from the task it follows: its arguments are all it is called with */
  readonly immutable?: true;
  /** an id of the caller's; absent = derived from the task it follows */
  readonly id?: string;
  readonly unique?: UniqueKey;
  readonly priority?: number;
  /** ms from one call of its task to the next; absent = no limit */
  readonly interval?: number;
  /** ms after the task it follows has ended */
  readonly countdown?: number;
  /** epoch ms, instead of countdown */
  readonly eta?: number;
  /** not to be run later than this many ms after it was sent */
  readonly expiresIn?: number;
  /** epoch ms, instead of expiresIn */
  readonly expiresAt?: number;
  readonly softTimeLimit?: number;
  readonly timeLimit?: number;
  readonly ignoreResult?: boolean;
  readonly shadow?: string;
  readonly tags?: readonly string[];
  readonly groupId?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly link?: readonly FollowUp[];
  readonly linkError?: readonly FollowUp[];
}
