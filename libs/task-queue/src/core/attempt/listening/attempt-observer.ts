import { Reject } from '../semipredicates.js';
import type { TaskMessage } from '../../message/task-message.js';
import type { TaskState } from '../../message/task-state.js';
import { currentTask } from '../../ports/task/current-task.js';
import type { SignalName } from '../../ports/task/signals.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import type { TaskHookEvents, TaskHookName } from '../../ports/task/task-hooks.js';
import type { AttemptContext } from '../attempt-context.js';
import { reportOf, type OnTaskError } from './error-report.js';
import type { Listeners } from './listeners.js';
import type { Outcome } from '../outcome.js';
import { workerTaskSignal } from './signal-payloads.js';

/** The signals of runs. */
const OF_RUNS: readonly SignalName[] = [
  'task_prerun',
  'task_postrun',
  'task_success',
  'task_retry',
  'task_failure',
  'task_revoked',
  'task_rejected',
];

/**
 * Tells the hooks of a task's class, the listeners of signals and the error tracker about the runs of one handler. Runs
 * wait for it, so that a resource which a listener opens is open when the handler runs. A listener cannot fail a run.
 */
export class AttemptObserver {
  private constructor(
    private readonly handler: TaskHandler,
    private readonly listeners: Listeners,
    private readonly onTaskError: OnTaskError | undefined,
  ) {}

  /** @returns undefined when the handler has no hook and no signal has a listener, so that a run pays nothing */
  static of(handler: TaskHandler, listeners: Listeners, onTaskError?: OnTaskError): AttemptObserver | undefined {
    const anybody =
      onTaskError !== undefined || handler.hooks !== undefined || OF_RUNS.some((name) => listeners.signals[name] !== undefined);
    return anybody ? new AttemptObserver(handler, listeners, onTaskError) : undefined;
  }

  /** Before the handler runs. */
  async before(message: TaskMessage, context: AttemptContext): Promise<void> {
    await this.#hooks('beforeStart', { context });
    await this.listeners.signals.task_prerun?.(this.#run(message, context));
  }

  /** After the handler has run, before the outcome is settled. */
  async after(message: TaskMessage, context: AttemptContext, outcome: Outcome): Promise<void> {
    await this.#tell(message, context, outcome);
    const end = { state: STATES[outcome.kind], ...valueOf(outcome) };
    await this.#hooks('afterReturn', { context, ...end });
    await this.listeners.signals.task_postrun?.({ ...this.#run(message, context), ...end });
  }

  /** For a message that ended without a run. */
  async withoutRun(message: TaskMessage, context: AttemptContext, outcome: Outcome): Promise<void> {
    await currentTask.run(context, () => this.#tell(message, context, outcome));
  }

  async #tell(message: TaskMessage, context: AttemptContext, outcome: Outcome): Promise<void> {
    const { signals } = this.listeners;
    switch (outcome.kind) {
      case 'success':
        await this.#hooks('success', { context, result: outcome.value });
        return signals.task_success?.({ ...this.#run(message, context), result: outcome.value });
      case 'failure': {
        const { thrown: error, expected = false } = outcome;
        if (!expected) this.#report(message, context, error);
        await this.#hooks('failure', { context, error });
        return signals.task_failure?.({ ...this.#run(message, context), error, expected });
      }
      case 'retry':
        return this.#tellRetry(message, context, outcome.thrown, outcome.due);
      case 'requeued':
        if (outcome.thrown instanceof Reject) return signals.task_rejected?.(this.#rejection(message, context, outcome.thrown, true));
        return this.#tellRetry(message, context, outcome.thrown, { delay: 0 });
      case 'rejected':
        return signals.task_rejected?.(this.#rejection(message, context, outcome.thrown, false));
      case 'revoked': {
        const how = { terminated: outcome.why === 'terminated', expired: outcome.why === 'expired' };
        return signals.task_revoked?.({ ...this.#run(message, context), ...how });
      }
    }
  }

  async #tellRetry(
    message: TaskMessage,
    context: AttemptContext,
    error: unknown,
    due: { readonly delay: number } | { readonly eta: number },
  ): Promise<void> {
    await this.#hooks('retry', { context, error, due });
    await this.listeners.signals.task_retry?.({ ...this.#run(message, context), error, due });
  }

  async #hooks<N extends TaskHookName>(name: N, event: TaskHookEvents[N]): Promise<void> {
    for (const hook of this.handler.hooks?.[name] ?? []) await this.listeners.guard(name, hook.place, () => hook.call(event));
  }

  /** Not awaited: a slow or unreachable error tracker must not delay the task. */
  #report(message: TaskMessage, context: AttemptContext, error: unknown): void {
    const { onTaskError } = this;
    if (onTaskError === undefined) return;
    const report = reportOf(message, this.handler.options, error, context.worker);
    void this.listeners.guard('onTaskError', 'onTaskError', () => onTaskError(report));
  }

  #run(message: TaskMessage, context: AttemptContext) {
    return { ...workerTaskSignal(message, context.worker), context };
  }

  #rejection({ id, task, headers }: TaskMessage, { worker }: AttemptContext, error: unknown, requeue: boolean) {
    return { id, task, queue: headers.queue, requeue, error, worker };
  }
}

function valueOf(outcome: Outcome): { result?: unknown; error?: unknown } {
  if (outcome.kind === 'success') return { result: outcome.value };
  if ('thrown' in outcome) return { error: outcome.thrown };
  return 'error' in outcome ? { error: outcome.error } : {};
}

const STATES: Readonly<Record<Outcome['kind'], TaskState>> = {
  success: 'SUCCESS',
  failure: 'FAILURE',
  retry: 'RETRY',
  requeued: 'RETRY',
  snoozed: 'RETRY',
  revoked: 'REVOKED',
  ignored: 'IGNORED',
  rejected: 'REJECTED',
  deferred: 'PENDING',
  repeated: 'SUCCESS',
  released: 'PENDING',
  lost: 'PENDING',
};
