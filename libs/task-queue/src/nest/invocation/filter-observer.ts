import type { ContextId } from '@nestjs/core';
import { LeaseLostError, TaskRevokedError, WorkerShutdownError } from '../../core/errors/run-errors.js';
import { Semipredicate } from '../../core/attempt/semipredicates.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import type { ContextCreators } from './context-creators.js';
import { standIn } from './enhancers.js';
import { methodOf, type HandlerHost, type Invocation } from '../metadata/handler-host.js';

/** How a run is told to end rather than how it fails: nothing that a filter could handle. */
const NO_FAILURES = [Semipredicate, TaskRevokedError, LeaseLostError, WorkerShutdownError] as const;

/**
 * Shows a handler's error to its exception filters. They observe: what they return is ignored and what they throw is
 * logged, because the error that the handler threw decides about retry and state.
 */
export class FilterObserver {
  constructor(
    private readonly host: HandlerHost,
    private readonly creators: ContextCreators,
    private readonly logger: TaskLogger,
  ) {}

  /** The invocation, with its errors shown to the filters before they go on. */
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
