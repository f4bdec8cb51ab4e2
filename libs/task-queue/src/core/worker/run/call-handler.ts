import { outcomeOfReturn, outcomeOfThrow } from '../../attempt/decide-outcome.js';
import { isPromise } from '../../attempt/is-promise.js';
import type { Outcome } from '../../attempt/outcome.js';
import type { Codecs } from '../../message/codecs.js';
import { currentTask } from '../../ports/task/current-task.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { Pool } from '../../ports/runtime/pool.js';
import type { TaskContext } from '../../ports/task/task-context.js';
import type { TaskHandler } from '../../ports/task/task-handler.js';
import type { Run } from './run.js';

export interface CallHandlerDependencies {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly codecs: Codecs;
}

/** Calls a handler in the pool and judges how that ended. A handler that is done at once costs no promise. */
export class CallHandler {
  constructor(private readonly deps: CallHandlerDependencies) {}

  /**
   * Never throws, and never rejects.
   * @param mayComeBack there is a delivery to give back, and one more such end would not be the last
   * @param ended has the last word, as soon as the outcome is known
   */
  call(run: Run, handler: TaskHandler, mayComeBack: boolean, ended: (run: Run, outcome: Outcome) => Outcome): Outcome | Promise<Outcome> {
    const failed = (thrown: unknown): Outcome => ended(run, this.#outcomeOfThrow(run, handler, thrown, mayComeBack));
    const succeeded = (value: unknown): Outcome => ended(run, this.#outcomeOfReturn(run, handler, value, mayComeBack));
    const { context } = run;
    let returned: unknown;
    try {
      if (context.abortReason !== undefined) throw context.abortReason;
      returned = currentTask.run(context, runInPool, this.deps.pool, handler, context);
    } catch (thrown) {
      return failed(thrown);
    }
    return isPromise(returned) ? Promise.resolve(returned).then(succeeded, failed) : succeeded(returned);
  }

  #outcomeOfReturn(run: Run, handler: TaskHandler, value: unknown, mayComeBack: boolean): Outcome {
    try {
      return outcomeOfReturn(run.message, handler.options, value, this.deps.codecs.results);
    } catch (thrown) {
      return this.#outcomeOfThrow(run, handler, thrown, mayComeBack);
    }
  }

  #outcomeOfThrow({ message, context }: Run, handler: TaskHandler, thrown: unknown, mayComeBack: boolean): Outcome {
    return outcomeOfThrow(message, handler.options, context, thrown, this.deps.clock.now(), mayComeBack);
  }
}

function runInPool(pool: Pool, handler: TaskHandler, context: TaskContext): unknown {
  return pool.run(handler, context.args, context);
}
