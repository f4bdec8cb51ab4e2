import type { TaskMessage } from '../../message/task-message.js';
import type { HeldBackReceipt } from '../../ports/broker/consumer.js';
import { announcePublished } from './announce-publish.js';
import type { Listeners } from './listeners.js';

export function hasPublishListener(listeners: Listeners | undefined): boolean {
  const signals = listeners?.signals;
  return signals?.before_task_publish !== undefined || signals?.after_task_publish !== undefined;
}

/** Tells listeners of `after_task_publish` about the messages of one settlement, once the broker has them. */
export class PublishEvents {
  #heldBack: readonly HeldBackReceipt[] = [];

  private constructor(
    private readonly messages: readonly TaskMessage[],
    private readonly listeners: Listeners,
  ) {}

  /** @param announced undefined = no publish signal has a listener */
  static of(announced: readonly TaskMessage[] | undefined, listeners: Listeners | undefined): PublishEvents | undefined {
    return announced === undefined ? undefined : new PublishEvents(announced, listeners!);
  }

  /** Some of the messages were not published, because another task holds their unique key. */
  heldBack(receipts: readonly HeldBackReceipt[]): void {
    this.#heldBack = receipts;
  }

  sent(): void {
    for (const message of this.messages) {
      const heldBack = this.#heldBack.find(({ followUp }) => followUp === message.id);
      if (heldBack?.receipt.refused === undefined) announcePublished(message, heldBack !== undefined, this.listeners);
    }
  }
}
