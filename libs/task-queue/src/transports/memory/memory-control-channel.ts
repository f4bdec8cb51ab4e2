import type { ControlChannel, ControlCommand } from '../../ports/control-channel.js';
import type { MemorySession } from './memory-session.js';

/** Calls every listener on the shared store, the announcer's own too, after the current code has run. */
export class MemoryControlChannel implements ControlChannel {
  constructor(private readonly session: MemorySession) {}

  connect(): Promise<void> {
    return this.session.connect();
  }

  close(): Promise<void> {
    return this.session.close();
  }

  async announce(command: ControlCommand): Promise<void> {
    const { listeners } = this.session.store('Announcing');
    queueMicrotask(() => {
      for (const listener of listeners) listener(command);
    });
  }

  async listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>> {
    const { listeners } = this.session.store('Listening');
    const listener = (command: ControlCommand): void => {
      try {
        handler(command);
      } catch (error) {
        this.session.options.logger.error('A listener of control commands threw', { error });
      }
    };
    const stop = (): void => {
      listeners.delete(listener);
      this.session.onClose.delete(stop);
    };
    listeners.add(listener);
    this.session.onClose.add(stop);
    return async () => stop();
  }
}
