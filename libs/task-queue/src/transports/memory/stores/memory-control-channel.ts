import type { ControlAnswer, ControlChannel, ControlCommand } from '../../../core/ports/control/control-channel.js';
import type { MemorySession } from '../memory-session.js';
import { TransportPart } from '../../shared/transport-part.js';

/** Calls every listener on the shared store, the announcer's own as well, after the current code has run. */
export class MemoryControlChannel extends TransportPart implements ControlChannel {
  constructor(private readonly session: MemorySession) {
    super(session);
  }

  async announce(command: ControlCommand): Promise<void> {
    const { listeners } = this.session.store('Announcing');
    queueMicrotask(() => {
      for (const listener of listeners) listener(command);
    });
  }

  async listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>> {
    const { listeners } = this.session.store('Listening');
    const listener = this.#guarded(handler);
    listeners.add(listener);
    return this.#stopping(() => listeners.delete(listener));
  }

  async answer(address: string, answer: ControlAnswer): Promise<void> {
    const { askers } = this.session.store('Answering');
    queueMicrotask(() => askers.get(address)?.(answer));
  }

  async hear(address: string, handler: (answer: ControlAnswer) => void): Promise<() => Promise<void>> {
    const { askers } = this.session.store('Listening');
    askers.set(address, this.#guarded(handler));
    return this.#stopping(() => askers.delete(address));
  }

  #guarded<T>(handler: (told: T) => void): (told: T) => void {
    return (told) => {
      try {
        handler(told);
      } catch (error) {
        this.session.options.logger.error('A listener of control commands threw', { error });
      }
    };
  }

  /** Ends the listening; the end of the session does so as well. */
  #stopping(end: () => void): () => Promise<void> {
    const stop = (): void => {
      end();
      this.session.onClose.delete(stop);
    };
    this.session.onClose.add(stop);
    return async () => stop();
  }
}
