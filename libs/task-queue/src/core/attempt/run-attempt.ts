import { currentTask } from '../ports/task/current-task.js';
import type { TaskHandler } from '../ports/task/task-handler.js';
import { AttemptContext } from './attempt-context.js';
import { endOf, type AttemptEnd } from './attempt-end.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import type { AttemptJob } from './attempt-job.js';
import { layersOf } from './attempt-layers.js';
import { outcomeOfReturn, outcomeOfThrow } from './decide-outcome.js';
import { isPromise } from './is-promise.js';
import { AttemptObserver } from './listening/attempt-observer.js';
import type { Layer } from './once-only.js';
import type { Outcome } from './outcome.js';

interface Handlers {
  get(name: string): TaskHandler | undefined;
  handlers(): readonly TaskHandler[];
}

/**
 * Runs one attempt, wherever it runs: in a worker, in eager mode, or in a child process of a pool. Its layers run around
 * the handler, the outcome is judged, and the end is returned as plain data.
 */
export class RunAttempt {
  readonly #layers = new Map<TaskHandler, Layer>();
  readonly #observers = new Map<TaskHandler, AttemptObserver>();

  constructor(
    private readonly handlers: Handlers,
    private readonly environment: AttemptEnvironment,
  ) {
    const { listeners, onTaskError } = environment;
    for (const handler of handlers.handlers()) {
      const observer = listeners && AttemptObserver.of(handler, listeners, onTaskError);
      const layers = layersOf(handler, observer, environment);
      if (observer !== undefined) this.#observers.set(handler, observer);
      if (layers !== undefined) this.#layers.set(handler, layers);
    }
  }

  /** A handler that returns no promise costs no promise. @throws only for faults of this library */
  run(job: AttemptJob): AttemptEnd | Promise<AttemptEnd> {
    const handler = this.handlers.get(job.message.task)!;
    const attempt = new AttemptContext(job, handler, this.environment);
    const layers = this.#layers.get(handler);
    return layers === undefined
      ? currentTask.run(attempt, callHandler, attempt, endOfAttempt)
      : currentTask.run(attempt, runWithin, layers, attempt);
  }

  /** The end of a message that must not run; observers are told. */
  async endWithoutRun(job: AttemptJob, handler: TaskHandler, outcome: Outcome): Promise<AttemptEnd> {
    const { environment } = this;
    await this.#observers.get(handler)?.withoutRun(job.message, new AttemptContext(job, handler, environment), outcome);
    return endOf(job.message, outcome, environment, handler.options);
  }
}

async function runWithin(layers: Layer, attempt: AttemptContext): Promise<AttemptEnd> {
  return endOfAttempt(attempt, await layers(attempt, (given) => callHandler(given, asItIs)));
}

/** Calls the handler and judges how that ended. Never throws, and never rejects, unless `done` does. */
function callHandler<R>(attempt: AttemptContext, done: (attempt: AttemptContext, outcome: Outcome) => R): R | Promise<R> {
  const { job, handler } = attempt;
  let returned: unknown;
  try {
    if (job.abortReason !== undefined) throw job.abortReason;
    returned = handler.invoke(job.message.args, attempt);
  } catch (thrown) {
    return done(attempt, judgeThrow(attempt, thrown));
  }
  if (!isPromise(returned)) return done(attempt, judgeReturn(attempt, returned));
  return Promise.resolve(returned).then(
    (value) => done(attempt, judgeReturn(attempt, value)),
    (thrown: unknown) => done(attempt, judgeThrow(attempt, thrown)),
  );
}

function judgeReturn(attempt: AttemptContext, value: unknown): Outcome {
  const { job, handler, environment } = attempt;
  try {
    return outcomeOfReturn(job.message, handler.options, value, environment.codecs.results);
  } catch (thrown) {
    return judgeThrow(attempt, thrown);
  }
}

function judgeThrow(attempt: AttemptContext, thrown: unknown): Outcome {
  return outcomeOfThrow(attempt, thrown, attempt.environment.clock.now());
}

function endOfAttempt(attempt: AttemptContext, outcome: Outcome): AttemptEnd {
  const { job, handler, environment } = attempt;
  return attempt.recordedEnd ?? endOf(job.message, outcome, environment, handler.options, attempt);
}

function asItIs(_attempt: AttemptContext, outcome: Outcome): Outcome {
  return outcome;
}
