import type { ControlAnswer, ControlChannel, ControlCommand } from '../../../core/ports/control/control-channel.js';
import { callStore, CALL_TIMEOUT } from '../connection/call-store.js';
import type { RedisContext } from '../redis-context.js';
import type { Subscriptions } from '../connection/subscriptions.js';
import { TransportPart, type Lifecycle } from '../../shared/transport-part.js';

/** Announces commands to every process of the same key prefix and database, by publish and subscribe: a disconnected process misses them. */
export class RedisControl extends TransportPart implements ControlChannel {
  constructor(
    private readonly context: RedisContext,
    private readonly subscriptions: Subscriptions,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
  }

  announce(command: ControlCommand): Promise<void> {
    return this.#publish('Announcing', this.context.keys.controlChannel, command);
  }

  listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>> {
    return this.#subscribe(this.context.keys.controlChannel, handler);
  }

  answer(address: string, answer: ControlAnswer): Promise<void> {
    return this.#publish('Answering', this.context.keys.answerChannel(address), answer);
  }

  hear(address: string, handler: (answer: ControlAnswer) => void): Promise<() => Promise<void>> {
    return this.#subscribe(this.context.keys.answerChannel(address), handler);
  }

  async #publish(what: string, channel: string, message: ControlCommand | ControlAnswer): Promise<void> {
    await callStore(this.context.commands, what, 'announce', [], [channel, JSON.stringify(message)]);
  }

  #subscribe<T>(channel: string, handler: (message: T) => void): Promise<() => Promise<void>> {
    const listener = (text: string): void => {
      try {
        handler(JSON.parse(text) as T);
      } catch (error) {
        this.context.options.logger.warn('A control command could not be handled', { error });
      }
    };
    return this.subscriptions.listen(channel, listener, CALL_TIMEOUT);
  }
}
