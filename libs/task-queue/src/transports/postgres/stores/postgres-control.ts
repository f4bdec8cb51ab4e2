import type { ControlAnswer, ControlChannel, ControlCommand } from '../../../core/ports/control/control-channel.js';
import { callStore } from '../connection/call-store.js';
import { PostgresAnswers } from './postgres-answers.js';
import type { PostgresContext } from '../postgres-context.js';
import { TransportPart, type Lifecycle } from '../../shared/transport-part.js';

/** ms between two looks where no notes are heard */
const POLL = 500;
/** ms in which a command may still be committed behind one that was announced after it */
const OVERLAP = 10_000;

interface CommandRow {
  readonly id: string;
  readonly body: Buffer;
  readonly settled: boolean;
}

/**
 * Tells every process of the same schema something: a row that is kept for some minutes, and a note that there is one. So commands may
 * be of any size, are heard in polling mode too, and are caught up with after a break.
 */
export class PostgresControl extends TransportPart implements ControlChannel {
  readonly #handlers = new Set<{ handle(command: ControlCommand): void }>();
  readonly #heard = new Set<string>();
  readonly #answers: PostgresAnswers;
  /** the last command that is no news; null = not known yet */
  #since: string | null = null;
  #listening: Promise<() => Promise<void>> | null = null;
  #poll: NodeJS.Timeout | null = null;
  #looking = false;
  #lookAgain = false;
  #stopped = false;

  constructor(
    private readonly context: PostgresContext,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    context.pruner.add(context.statements.pruneCommands);
    this.#answers = new PostgresAnswers(context);
  }

  async announce(command: ControlCommand): Promise<void> {
    const { connection, statements } = this.context;
    await callStore(connection, 'Announcing', statements.announce, [Buffer.from(JSON.stringify(command))]);
  }

  async listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>> {
    const listener = { handle: handler };
    this.#listening ??= this.#begin();
    await this.#listening;
    this.#handlers.add(listener);
    return async () => {
      this.#handlers.delete(listener);
    };
  }

  answer(address: string, answer: ControlAnswer): Promise<void> {
    return this.#answers.answer(address, answer);
  }

  hear(address: string, handler: (answer: ControlAnswer) => void): Promise<() => Promise<void>> {
    return this.#answers.hear(address, handler);
  }

  stop(): void {
    this.#stopped = true;
    this.#answers.stop();
    this.#handlers.clear();
    if (this.#poll !== null) clearInterval(this.#poll);
  }

  /** From now on: what was announced before is nobody's here. */
  async #begin(): Promise<() => Promise<void>> {
    const { connection } = this.context;
    await this.#look();
    if (connection.polling && !this.#stopped) this.#poll = setInterval(() => void this.#look(), POLL).unref();
    return connection.listen(`${connection.schema}:commands`, () => void this.#look());
  }

  /** Reads what is new; notes that come meanwhile lead to one more look. */
  async #look(): Promise<void> {
    if (this.#looking || this.#stopped) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    try {
      do {
        this.#lookAgain = false;
        this.#take(await this.#read());
      } while (this.#lookAgain && !this.#stopped);
    } catch (error) {
      this.context.options.logger.debug('Control commands could not be read', { error });
    } finally {
      this.#looking = false;
    }
  }

  async #read(): Promise<CommandRow[]> {
    const { connection, statements } = this.context;
    if (this.#since === null) {
      const [last] = await callStore<{ id: string }>(connection, 'Listening', statements.lastCommand, []);
      this.#since = last!.id;
    }
    return callStore(connection, 'Reading control commands', statements.commandsSince, [this.#since, OVERLAP]);
  }

  #take(rows: readonly CommandRow[]): void {
    for (const { id, body, settled } of rows) {
      if (!this.#heard.has(id)) this.#tell(body);
      this.#heard.add(id);
      if (settled) this.#since = id;
    }
    for (const id of this.#heard) if (BigInt(id) <= BigInt(this.#since!)) this.#heard.delete(id);
  }

  #tell(body: Buffer): void {
    for (const { handle } of [...this.#handlers]) {
      try {
        handle(JSON.parse(body.toString()) as ControlCommand);
      } catch (error) {
        this.context.options.logger.warn('A control command could not be handled', { error });
      }
    }
  }
}
