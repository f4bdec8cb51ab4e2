import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors/option-errors.js';
import type { QueueInstance } from '../assembly/queue-instance.js';
import { DEFAULT_CLIENT, getQueueInstanceToken } from '../nest/tokens/tokens.js';
import { FAILED_TASK_COLUMNS, FAILED_TASK_TABLE, FailedTaskEntity } from '../database/results/failed-task.js';
import type { ResultDatabase } from '../database/results/result-database.js';
import { search, type Found, type Page, type Searched } from '../database/results/search.js';
import { TASK_RESULT_COLUMNS, TASK_RESULT_TABLE, TaskResultEntity } from '../database/results/task-result.js';
import { TypeormResultBackend } from '../database/results/typeorm-result-backend.js';

/** Conditions of a search; a row must match all of them. */
interface TaskFilter {
  /** name of the task, or the shadow name of the call */
  readonly name?: string;
  readonly queue?: string;
  readonly worker?: string;
  readonly tag?: string;
  /** earliest instant at which the task was sent; for failed tasks, at which it failed */
  readonly from?: Date;
  /** exclusive end of the range that `from` begins */
  readonly to?: Date;
}

type TaskResultFilter = TaskFilter & { readonly state?: string };
type FailedTaskFilter = TaskFilter & { readonly reason?: string };

export type TaskResultSearch = TaskResultFilter & Page;
export type FailedTaskSearch = FailedTaskFilter & Page;

// `tags <> '{}'` lets the planner use the partial index, which has no row for tasks without tags.
const TAGGED = "tags @> array[$::text] and tags <> '{}'";
const TASK = { name: 'task_name = $::text', queue: 'queue = $::text', worker: 'worker = $::text', tag: TAGGED };

const RESULTS: Searched<TaskResultEntity, TaskResultFilter> = {
  type: TaskResultEntity,
  table: TASK_RESULT_TABLE,
  columns: TASK_RESULT_COLUMNS,
  conditions: {
    ...TASK,
    state: 'state = $::text',
    from: 'date_created >= $::timestamptz',
    to: 'date_created < $::timestamptz',
  },
  time: 'date_created',
  always: 'date_expires > now()',
};

const FAILED: Searched<FailedTaskEntity, FailedTaskFilter> = {
  type: FailedTaskEntity,
  table: FAILED_TASK_TABLE,
  columns: FAILED_TASK_COLUMNS,
  conditions: {
    ...TASK,
    reason: 'reason = $::text',
    from: 'date_failed >= $::timestamptz',
    to: 'date_failed < $::timestamptz',
  },
  time: 'date_failed',
  always: 'date_expires > now()',
};

/**
 * Searches results and failed tasks in the database, newest first. List it in `providers`. It belongs to the unnamed
 * TaskQueueModule; for another one, create it with that module's `QueueInstance`.
 */
@Injectable()
export class TaskResults {
  constructor(@Inject(getQueueInstanceToken(DEFAULT_CLIENT)) private readonly queue: QueueInstance) {}

  /** @throws UnknownOptionError · InvalidOptionError · ResultsUnavailableError */
  async search(query: TaskResultSearch = {}): Promise<Found<TaskResultEntity>> {
    return search(this.#database(), RESULTS, query);
  }

  /** @throws UnknownOptionError · InvalidOptionError · ResultsUnavailableError */
  async searchFailed(query: FailedTaskSearch = {}): Promise<Found<FailedTaskEntity>> {
    return search(this.#database(), FAILED, query);
  }

  /** Looked up on use, because tests keep results in memory. */
  #database(): ResultDatabase {
    const { results } = this.queue.transport;
    if (results instanceof TypeormResultBackend) return results.database;
    throw new InvalidOptionError('results', this.queue.options.results, "'typeorm' in TaskQueueModule.forRoot to search results");
  }
}
