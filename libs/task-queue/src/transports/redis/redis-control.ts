import type { ControlChannel, ControlCommand } from '../../ports/control-channel.js';
import { attempt, PATIENCE } from './attempt.js';
import type { RedisContext } from './redis-context.js';
import type { Subscriptions } from './subscriptions.js';

/** Tells every process of the same key prefix something, by publish and subscribe: who is not connected misses it. */
export class RedisControl implements ControlChannel {
  constructor(
    private readonly context: RedisContext,
    private readonly subscriptions: Subscriptions,
    private readonly lifecycle: { connect(): Promise<void>; close(): Promise<void> },
  ) {}

  connect(): Promise<void> {
    return this.lifecycle.connect();
  }

  close(): Promise<void> {
    return this.lifecycle.close();
  }

  async announce(command: ControlCommand): Promise<void> {
    const { commands, keys } = this.context;
    await attempt(commands, 'Announcing', 'announce', [], [keys.controlChannel, JSON.stringify(command)]);
  }

  listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>> {
    const { keys, options } = this.context;
    const listener = (message: string): void => {
      try {
        handler(JSON.parse(message) as ControlCommand);
      } catch (error) {
        options.logger.warn('A control command could not be handled', { error });
      }
    };
    return this.subscriptions.listen(keys.controlChannel, listener, PATIENCE);
  }
}
