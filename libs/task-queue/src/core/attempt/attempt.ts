import type { TaskHandler } from '../ports/task/task-handler.js';
import type { Around } from './around.js';
import type { AttemptContext } from './attempt-context.js';
import type { AttemptEnd } from './attempt-end.js';
import type { AttemptEnvironment } from './attempt-environment.js';
import type { AttemptJob } from './attempt-job.js';
import type { Outcome } from './outcome.js';

/** One attempt under way in this process. */
export interface Attempt {
  readonly job: AttemptJob;
  readonly handler: TaskHandler;
  readonly context: AttemptContext;
  readonly environment: AttemptEnvironment;
  /** already decided, because a transaction has recorded it */
  end: AttemptEnd | undefined;
}

/** Wraps the call of a handler. */
export type Layer = Around<Attempt, Outcome | Promise<Outcome>>;
