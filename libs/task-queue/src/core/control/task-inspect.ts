import { InvalidOptionError } from '../errors/option-errors.js';
import type { RequestAnswer, WorkerRequest } from '../ports/control/worker-requests.js';
import type { AskOptions, AskWorkers, WorkerReply } from './ask-workers.js';

/** The answers of all workers that gave one in time, by name. */
export type Replies<M extends WorkerRequest> = Promise<readonly WorkerReply<RequestAnswer<M>>[]>;

/**
 * Celery's `inspect`: asks running workers about themselves. It asks the workers of this queue instance that listen now, and
 * waits for a second, or until all that are named by `destination` have answered.
 * @example const replies = await inspect.active({ destination: 'worker@host' })
 */
export class TaskInspect {
  constructor(private readonly workers: AskWorkers) {}

  /** Which workers listen. */
  ping(options?: AskOptions): Replies<'ping'> {
    return this.workers.ask('ping', {}, options);
  }

  /** The tasks that they run now. */
  active(options?: AskOptions): Replies<'active'> {
    return this.workers.ask('active', {}, options);
  }

  /** The tasks that they hold and have not begun. */
  reserved(options?: AskOptions): Replies<'reserved'> {
    return this.workers.ask('reserved', {}, options);
  }

  /** How many delayed tasks wait in their queues. They wait in the broker, because workers hold no delayed tasks. */
  scheduled(options?: AskOptions): Replies<'scheduled'> {
    return this.workers.ask('scheduled', {}, options);
  }

  /** The tasks that they have handlers for. */
  registered(options?: AskOptions): Replies<'registered'> {
    return this.workers.ask('registered', {}, options);
  }

  /** Process, pool, memory, and how much they have begun. */
  stats(options?: AskOptions): Replies<'stats'> {
    return this.workers.ask('stats', {}, options);
  }

  /** Ids of revoked tasks that they run. A revoked task that does not run is marked in the broker. */
  revoked(options?: AskOptions): Replies<'revoked'> {
    return this.workers.ask('revoked', {}, options);
  }

  /** The queues that they consume. */
  activeQueues(options?: AskOptions): Replies<'activeQueues'> {
    return this.workers.ask('activeQueues', {}, options);
  }

  /** Which of them holds these tasks. */
  async queryTask(ids: string | readonly string[], options?: AskOptions): Replies<'queryTask'> {
    const list = typeof ids === 'string' ? [ids] : ids;
    if (!Array.isArray(list) || list.some((id) => typeof id !== 'string'))
      throw new InvalidOptionError('ids', ids, 'the id of a task, or a list');
    return this.workers.ask('queryTask', { ids: list }, options);
  }

  /** Their options: URLs without passwords, and no keys. */
  conf(options?: AskOptions): Replies<'conf'> {
    return this.workers.ask('conf', {}, options);
  }
}
