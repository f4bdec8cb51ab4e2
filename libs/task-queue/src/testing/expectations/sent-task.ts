import type { TaskMessage } from '../../core/message/task-message.js';
import type { Publication } from '../../core/ports/broker/publication.js';

/** One sent call. Instants and durations are in ms. */
export interface SentTask {
  readonly id: string;
  readonly task: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly queue: string;
  readonly priority: number;
  /** the countdown in ms; null without one */
  readonly countdown: number | null;
  /** the earliest start, from a countdown or an eta; null for at once */
  readonly eta: number | null;
  /** the instant after which it must not run; null without one */
  readonly expires: number | null;
  /** custom headers of the caller */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly ignoreResult: boolean | null;
  readonly softTimeLimit: number | null;
  readonly timeLimit: number | null;
  readonly groupId: string | null;
  readonly traceparent: string | null;
  /** id of the task that sent it; null when none did */
  readonly parentId: string | null;
  readonly sentAt: number;
  /** the `name` of the TaskQueueModule that sent it */
  readonly client: string;
}

/** Copies the message, so that later changes by the caller do not show. */
export function sentTask(client: string, { id, task, args, kwargs, headers }: TaskMessage, { due }: Publication): SentTask {
  const { queue, priority, eta, expires, custom, ignoreResult, softTimeLimit, timeLimit, groupId, traceparent, parentId, sentAt } = headers;
  return structuredClone({
    ...{ id, task, args, kwargs, queue, priority, eta, expires, headers: custom, client },
    ...{ ignoreResult, softTimeLimit, timeLimit, groupId, traceparent, parentId, sentAt },
    countdown: due !== undefined && 'delay' in due ? due.delay : null,
  });
}
