import type { ContextId } from '@nestjs/core';
import { LeaseLostError, TaskRevokedError, WorkerShutdownError } from '../../core/errors/run-errors.js';
import { Semipredicate } from '../../core/attempt/semipredicates.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import type { ContextCreators } from './context-creators.js';
import { standIn } from './enhancers.js';
import { methodOf, type HandlerHost, type Invocation } from '../metadata/handler-host.js';

/** Errors that control how a run ends. They are no failures, so filters do not receive them. */
const NO_FAILURES = [Semipredicate, TaskRevokedError, LeaseLostError, WorkerShutdownError] as const;

/**
 * Passes the error of a handler to its exception filters. They only observe: their return value is ignored and their errors
 * are logged, because the error of the handler decides about retry and state.
 */
export class FilterObserver {
  constructor(
    private readonly host: HandlerHost,
    private readonly creators: ContextCreators,
    private readonly logger: TaskLogger,
  ) {}

  /** The invocation; its errors pass through the filters before they are thrown again. */
  observe(invoke: Invocation, instance: object, contextId?: ContextId): Invocation {
    return async (args, context) => {
      try {
        return await invoke(args, context);
      } catch (error) {
        if (!NO_FAILURES.some((kind) => error instanceof kind)) await this.#show(error, args, context, instance, contextId);
        throw error;
      }
    };
  }

  async #show(error: unknown, args: readonly unknown[], context: TaskContext, instance: object, contextId?: ContextId): Promise<void> {
    try {
      await this.#thrower(error, instance, contextId)(args, context);
    } catch (thrown) {
      if (thrown === error) return;
      this.logger.error('an exception filter threw; the error of the handler stands', {
        taskId: context.id,
        task: context.task,
        error: thrown,
      });
    }
  }

  #thrower(error: unknown, instance: object, contextId?: ContextId): Invocation {
    const { method, wrapper } = this.host;
    const rethrow = standIn(methodOf(instance, method), () => {
      throw error;
    });
    const only = { guards: false, interceptors: false, filters: true };
    return this.creators.create().create(instance, rethrow, method, undefined, undefined, contextId, wrapper.id, only, 'task');
  }
}
