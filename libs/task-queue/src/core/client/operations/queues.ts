import type { Codecs } from '../../message/codecs.js';
import type { Clock } from '../../ports/runtime/clock.js';
import type { ControlChannel } from '../../ports/control/control-channel.js';
import type { Inspector, QueueCounts } from '../../ports/control/inspector.js';
import { checkQueue } from '../call/call-parts.js';
import type { ClientOptions } from '../options/client-options.js';

export interface QueuesDependencies {
  readonly inspector: Inspector;
  readonly control: ControlChannel;
  readonly options: Pick<ClientOptions, 'queues' | 'defaultQueue'>;
  readonly codecs: Codecs;
  readonly clock: Clock;
}

export interface WorkerChoice {
  /** the name of a worker; default: all of them */
  readonly worker?: string;
}

/** What can be asked of the queues, and told, from any process. */
export class Queues {
  constructor(private readonly deps: QueuesDependencies) {}

  /** Those that hold or have held messages, or are paused. */
  async names(): Promise<string[]> {
    return (await this.deps.inspector.queues()).sort();
  }

  counts(queue: string): Promise<QueueCounts> {
    return this.deps.inspector.counts(queue);
  }

  /**
   * How many ms the oldest of those that are next has waited, since it was sent or its time had come; null = nothing is ready. By the
   * clocks of this process and of who has sent it.
   */
  async oldestAge(queue: string): Promise<number | null> {
    const now = this.deps.clock.now();
    const ages = (await this.deps.inspector.heads(queue)).flatMap((head) => {
      const headers = this.deps.codecs.messages.peek({ queue, ...head })?.message.headers;
      return headers === undefined ? [] : [now - Math.max(headers.sentAt, headers.eta ?? 0)];
    });
    return ages.length === 0 ? null : Math.max(0, ...ages);
  }

  /**
   * No worker is handed anything more of it, in no process and after no restart, until it is resumed. It goes on taking
   * messages, and what runs goes on.
   */
  async pause(queue: string): Promise<void> {
    await this.deps.inspector.pause(checkQueue(queue, this.deps.options));
  }

  async resume(queue: string): Promise<void> {
    await this.deps.inspector.resume(queue);
  }

  paused(): Promise<string[]> {
    return this.deps.inspector.paused();
  }

  /** Removes everything that waits in it, delayed messages too. @returns how many */
  purge(queue: string): Promise<number> {
    return this.deps.inspector.purge(queue);
  }

  /**
   * Has running workers consume it, too: Celery's `add_consumer`. It reaches those that listen now; a worker that starts
   * later consumes what its options say.
   */
  async addQueue(queue: string, { worker }: WorkerChoice = {}): Promise<void> {
    await this.#tell('addConsumer', checkQueue(queue, this.deps.options), worker);
  }

  /** Has running workers consume it no more: Celery's `cancel_consumer`. What they hold of it, they finish. */
  async cancelQueue(queue: string, { worker }: WorkerChoice = {}): Promise<void> {
    await this.#tell('cancelConsumer', queue, worker);
  }

  /** Without waiting for an answer; `TaskControl` does. */
  async #tell(method: 'addConsumer' | 'cancelConsumer', queue: string, worker: string | undefined): Promise<void> {
    const workers = worker === undefined ? null : [worker];
    await this.deps.control.announce({ type: 'request', method, args: { queue }, workers, replyTo: null, until: null });
  }
}
