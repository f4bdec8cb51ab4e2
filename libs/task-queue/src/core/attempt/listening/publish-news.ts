import type { TaskMessage } from '../../message/task-message.js';
import type { HeldBackReceipt } from '../../ports/broker/consumer.js';
import { announcePublish, announcePublished } from './announce-publish.js';
import type { Listeners } from './listeners.js';

/** Tells who listens what the end of one attempt sends: each message before it is encoded, and all of them when the broker has them. */
export class PublishNews {
  readonly #messages: TaskMessage[] = [];
  #heldBack: readonly HeldBackReceipt[] = [];

  private constructor(private readonly listeners: Listeners) {}

  /** @returns undefined when nobody wants to know */
  static of(listeners: Listeners): PublishNews | undefined {
    const { before_task_publish, after_task_publish } = listeners.signals;
    return before_task_publish === undefined && after_task_publish === undefined ? undefined : new PublishNews(listeners);
  }

  /** @returns the message with what listeners put into its headers */
  announce(message: TaskMessage): TaskMessage {
    const tell = this.listeners.signals.before_task_publish;
    const announced = tell === undefined ? message : announcePublish(message, tell, this.listeners);
    this.#messages.push(announced);
    return announced;
  }

  /** Not all of them will be there. */
  heldBack(receipts: readonly HeldBackReceipt[]): void {
    this.#heldBack = receipts;
  }

  sent(): void {
    for (const message of this.#messages) {
      const heldBack = this.#heldBack.find(({ followUp }) => followUp === message.id);
      if (heldBack?.receipt.refused === undefined) announcePublished(message, heldBack !== undefined, this.listeners);
    }
  }
}
