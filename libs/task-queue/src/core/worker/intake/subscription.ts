import { directQueueOf } from '../../policies/direct-queue.js';
import type { Consumer } from '../../ports/broker/consumer.js';
import type { TaskLogger } from '../../ports/runtime/logger.js';
import type { WorkerOptions } from '../worker-options.js';

/** The queues that a worker consumes now. They change one step after the other, in the order of the calls. */
export class Subscription {
  #queues: readonly string[];
  #step: Promise<void> = Promise.resolve();

  constructor(
    private readonly consumer: Consumer,
    private readonly options: WorkerOptions,
    private readonly logger: TaskLogger,
  ) {
    this.#queues = queuesAtStart(options);
  }

  get queues(): readonly string[] {
    return this.#queues;
  }

  add(queue: string): Promise<void> {
    return this.#change('worker consumes another queue', queue, () =>
      this.#queues.includes(queue) ? this.#queues : [...this.#queues, queue],
    );
  }

  cancel(queue: string): Promise<void> {
    return this.#change('worker consumes a queue no more', queue, () => this.#queues.filter((name) => name !== queue));
  }

  #change(message: string, queue: string, next: () => readonly string[]): Promise<void> {
    const step = this.#step.then(async () => {
      const queues = next();
      if (queues.length === this.#queues.length) return;
      await this.consumer.subscribe(queues);
      this.#queues = queues;
      this.logger.info(message, { worker: this.options.name, queue, queues });
    });
    this.#step = step.catch(() => undefined);
    return step;
  }
}

/** Those of its options, and its own. */
export function queuesAtStart({ queues, direct, name }: WorkerOptions): readonly string[] {
  return direct ? [...queues, directQueueOf(name)] : queues;
}
