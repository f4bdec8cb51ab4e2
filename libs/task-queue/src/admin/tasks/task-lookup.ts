import { Inject, Injectable } from '@nestjs/common';
import { TaskClient } from '../../core/client/task-client.js';
import { SearchUnavailableError, TaskNotFoundError } from '../../core/errors/admin-errors.js';
import { TaskQueueError } from '../../core/errors/task-queue-error.js';
import type { TaskResultRecord } from '../../core/message/task-result.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import { QUEUE_INSTANCE } from '../../nest/tokens/tokens.js';
import { TaskResults, type TaskResultSearch } from '../../typeorm/task-results.js';
import { viewOfRow, viewOfTask, type KnownTask, type TaskView } from './task-schemas.js';

/** Finds tasks: their results, and the places of their messages. */
@Injectable()
export class TaskLookup {
  constructor(
    @Inject(QUEUE_INSTANCE) private readonly instance: QueueInstance,
    private readonly client: TaskClient,
  ) {}

  /** @throws TaskNotFoundError */
  async find(id: string): Promise<TaskView> {
    const state = await this.client.result(id).state();
    if (state === 'UNKNOWN') throw new TaskNotFoundError(id);
    const { results, inspector } = this.instance.transport;
    const [[stored], [location]] = await Promise.all([results.load([id]), inspector.locate([id])]);
    return viewOfTask({ id, state, location: location ?? null, ...this.#open(stored ?? null) });
  }

  /** @throws SearchUnavailableError */
  async search(query: TaskResultSearch): Promise<{ items: TaskView[]; next: string | null }> {
    if (this.instance.transport.results.searchable !== true) throw new SearchUnavailableError();
    const { rows, next } = await new TaskResults(this.instance).search(query);
    return { items: rows.map(viewOfRow), next };
  }

  /** Encrypted content stays hidden: it was meant for the workers, not for every viewer of the API. */
  #open(stored: TaskResultRecord | null): Pick<KnownTask, 'record' | 'withheld'> {
    if (stored === null) return { record: null, withheld: null };
    if (stored.content?.k !== undefined) return { record: stored, withheld: 'encrypted' };
    try {
      return { record: this.instance.codecs.results.open(stored), withheld: null };
    } catch (error) {
      if (error instanceof TaskQueueError) return { record: stored, withheld: 'unreadable' };
      throw error;
    }
  }
}
