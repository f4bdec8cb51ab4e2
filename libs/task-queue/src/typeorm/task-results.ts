import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionError } from '../core/errors/option-errors.js';
import type { QueueInstance } from '../assembly/queue-instance.js';
import { getQueueInstanceToken } from '../nest/tokens/queue-instance.token.js';
import { DEFAULT_CLIENT } from '../nest/tokens/task-client.token.js';
import { FAILED_TASK_COLUMNS, FAILED_TASK_TABLE, FailedTaskEntity } from '../database/results/failed-task.js';
import type { ResultDatabase } from '../database/results/result-database.js';
import { search, type Found, type Page, type Searched } from '../database/results/search.js';
import { TASK_RESULT_COLUMNS, TASK_RESULT_TABLE, TaskResultEntity } from '../database/results/task-result.js';
import { TypeormResultBackend } from '../database/results/typeorm-result-backend.js';

/** Which results: all of these together. */
export interface TaskResultFilter {
  /** of the task, or the shadow that the call was given */
  readonly name?: string;
  readonly state?: string;
  readonly queue?: string;
  readonly worker?: string;
  readonly tag?: string;
  /** sent at this instant or later */
  readonly from?: Date;
  /** sent before this instant */
  readonly to?: Date;
}

/** Which failed tasks: all of these together. */
export interface FailedTaskFilter {
  readonly name?: string;
  readonly reason?: string;
  readonly queue?: string;
  readonly worker?: string;
  readonly tag?: string;
  /** failed at this instant or later */
  readonly from?: Date;
  /** failed before this instant */
  readonly to?: Date;
}

export type TaskResultSearch = TaskResultFilter & Page;
export type FailedTaskSearch = FailedTaskFilter & Page;

// The second half lets the planner use the index, which has no row for those without tags.
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
 * Searches the results and failed tasks in the database, newest first. To be listed in `providers`; it is of the unnamed
 * TaskQueueModule, and for another one made with its `QueueInstance`.
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

  /** Looked up when it is needed: in tests, results are in memory. */
  #database(): ResultDatabase {
    const { results } = this.queue.transport;
    if (results instanceof TypeormResultBackend) return results.database;
    throw new InvalidOptionError(
      'results',
      this.queue.options.results,
      "'typeorm' in TaskQueueModule.forRoot, for results that can be searched",
    );
  }
}
