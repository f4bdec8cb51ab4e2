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
  /** the name of a worker; default: every worker */
  readonly worker?: string;
}

/** Inspects and controls queues from any process. */
export class Queues {
  constructor(private readonly deps: QueuesDependencies) {}

  /** The queues that hold or have held messages, or are paused. */
  async names(): Promise<string[]> {
    return (await this.deps.inspector.queues()).sort();
  }

  counts(queue: string): Promise<QueueCounts> {
    return this.deps.inspector.counts(queue);
  }

  /**
   * How many ms the oldest ready message has waited since it was sent or became due, by the clocks of this process and of its
   * sender; null = no message is ready.
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
   * Stops handing out its messages to any worker, across restarts, until it is resumed. It still accepts messages, and running
   * tasks continue.
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

  /** Removes all waiting messages, delayed ones included. @returns how many */
  purge(queue: string): Promise<number> {
    return this.deps.inspector.purge(queue);
  }

  /**
   * Makes running workers consume it too (Celery's `add_consumer`). A worker that starts later consumes the queues of its
   * options.
   */
  async addQueue(queue: string, { worker }: WorkerChoice = {}): Promise<void> {
    await this.#tell('addConsumer', checkQueue(queue, this.deps.options), worker);
  }

  /** Makes running workers stop consuming it (Celery's `cancel_consumer`). They finish the messages that they hold. */
  async cancelQueue(queue: string, { worker }: WorkerChoice = {}): Promise<void> {
    await this.#tell('cancelConsumer', queue, worker);
  }

  /** Does not wait for answers; `TaskControl` does. */
  async #tell(method: 'addConsumer' | 'cancelConsumer', queue: string, worker: string | undefined): Promise<void> {
    const workers = worker === undefined ? null : [worker];
    await this.deps.control.announce({ type: 'request', method, args: { queue }, workers, replyTo: null, until: null });
  }
}
