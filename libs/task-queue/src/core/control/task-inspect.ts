import { InvalidOptionError } from '../errors/option-errors.js';
import type { RequestAnswer, WorkerRequest } from '../ports/control/worker-requests.js';
import type { AskOptions, AskWorkers, WorkerReply } from './ask-workers.js';

/** The answers of all workers that gave one in time, by name. */
export type Replies<M extends WorkerRequest> = Promise<readonly WorkerReply<RequestAnswer<M>>[]>;

/**
 * Celery's `inspect`: what running workers say of themselves. It asks the workers of this queue instance that listen now, and
 * waits for a second, or until all that are named by `destination` have answered.
 * @example const replies = await inspect.active({ destination: 'worker@host' })
 */
export class TaskInspect {
  constructor(private readonly workers: AskWorkers) {}

  /** Who is there. */
  ping(options?: AskOptions): Replies<'ping'> {
    return this.workers.ask('ping', {}, options);
  }

  /** What they run now. */
  active(options?: AskOptions): Replies<'active'> {
    return this.workers.ask('active', {}, options);
  }

  /** What they hold and have not begun. */
  reserved(options?: AskOptions): Replies<'reserved'> {
    return this.workers.ask('reserved', {}, options);
  }

  /** How much waits for its time in their queues: in the broker, since no worker holds delayed work. */
  scheduled(options?: AskOptions): Replies<'scheduled'> {
    return this.workers.ask('scheduled', {}, options);
  }

  /** The tasks that they have handlers of. */
  registered(options?: AskOptions): Replies<'registered'> {
    return this.workers.ask('registered', {}, options);
  }

  /** Process, pool, memory, and how much they have begun. */
  stats(options?: AskOptions): Replies<'stats'> {
    return this.workers.ask('stats', {}, options);
  }

  /** Ids of what they run and was revoked. What was revoked and does not run bears its mark in the broker. */
  revoked(options?: AskOptions): Replies<'revoked'> {
    return this.workers.ask('revoked', {}, options);
  }

  /** The queues that they consume. */
  activeQueues(options?: AskOptions): Replies<'activeQueues'> {
    return this.workers.ask('activeQueues', {}, options);
  }

  /** Who of them holds these tasks. */
  async queryTask(ids: string | readonly string[], options?: AskOptions): Replies<'queryTask'> {
    const list = typeof ids === 'string' ? [ids] : ids;
    if (!Array.isArray(list) || list.some((id) => typeof id !== 'string'))
      throw new InvalidOptionError('ids', ids, 'the id of a task, or a list');
    return this.workers.ask('queryTask', { ids: list }, options);
  }

  /** The options that hold there: URLs without passwords, and no keys. */
  conf(options?: AskOptions): Replies<'conf'> {
    return this.workers.ask('conf', {}, options);
  }
}
