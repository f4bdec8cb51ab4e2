import type { TaskMessage } from '../../core/message/task-message.js';
import type { Publication } from '../../core/ports/broker/publication.js';

/** One call that was sent, as it left. Instants and lengths of time are ms. */
export interface SentTask {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly priority: number;
  /** ms that it was told to wait; null = it was not given a countdown */
  readonly countdown: number | null;
  /** when it is to run at the earliest, by a countdown or an eta; null = at once */
  readonly eta: number | null;
  /** the instant after which it must not run; null = never */
  readonly expires: number | null;
  /** the caller's own */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly ignoreResult: boolean | null;
  readonly softTimeLimit: number | null;
  readonly timeLimit: number | null;
  readonly groupId: string | null;
  readonly traceparent: string | null;
  /** the task that sent it; null = none did */
  readonly parentId: string | null;
  readonly sentAt: number;
  /** the `name` of the TaskQueueModule that it was sent with */
  readonly client: string;
}

/** A copy, so that what the caller changes later is not what it has sent. */
export function sentTask(client: string, { id, task, args, kwargs, headers }: TaskMessage, { due }: Publication): SentTask {
  const { queue, priority, eta, expires, custom, ignoreResult, softTimeLimit, timeLimit, groupId, traceparent, parentId, sentAt } = headers;
  return structuredClone({
    ...{ id, task, args, kwargs, queue, priority, eta, expires, headers: custom, client },
    ...{ ignoreResult, softTimeLimit, timeLimit, groupId, traceparent, parentId, sentAt },
    countdown: due !== undefined && 'delay' in due ? due.delay : null,
  });
}
