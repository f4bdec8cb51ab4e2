import type { Duration } from '../../message/duration.js';
import type { UniqueKey } from '../../message/unique-key.js';

/** Makes the key of a call from its arguments. */
export type UniqueKeyOf<A extends readonly unknown[]> = (...args: A) => string;

/** At most one call of a task with the same key exists at a time. */
// oxlint-disable-next-line typescript/no-explicit-any -- where the arguments are not known, a key may be made of anything
export interface UniqueOptions<A extends readonly unknown[] = any> {
  /** a text, or a function of the arguments; default: all arguments. The key is scoped to the task and the queue */
  readonly key?: string | UniqueKeyOf<A>;
  /** the longest that the key is held, from the sending; default: as long as `while` says */
  readonly for?: Duration;
  /**
   * How long the key is held. Default `['waiting', 'running']`: until the task has ended, its retries included ·
   * `['waiting']`: until its first run begins · `[]`: for all of `for`, whatever becomes of the task (a throttle)
   */
  readonly while?: readonly UniqueState[];
  /**
   * What happens to a call whose key is held. `existing` (default): it is not sent, and its result is that of the holder ·
   * `reject`: it fails with TASK_NOT_UNIQUE · `replace`: a holder that still waits ends as REVOKED, and this call takes its place
   */
  readonly onConflict?: UniqueKey['onConflict'];
}

export type UniqueState = 'waiting' | 'running';

/** {@link UniqueOptions} as publications need them; the key is made call by call. */
export interface UniquePolicy extends Omit<UniqueKey, 'key'> {
  /** undefined = of all arguments */
  readonly key: string | UniqueKeyOf<readonly unknown[]> | undefined;
}
