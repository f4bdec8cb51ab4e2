import type { ControlAnswer, ControlChannel, ControlCommand } from '../../../core/ports/control/control-channel.js';
import { callStore } from '../connection/call-store.js';
import { PostgresAnswers } from './postgres-answers.js';
import { NoteReader } from './note-reader.js';
import type { PostgresContext } from '../postgres-context.js';
import { TransportPart, type Lifecycle } from '../../shared/transport-part.js';

/** ms between two reads in polling mode */
const POLL = 500;
/** ms for which a command may be committed after a command with a higher id */
const OVERLAP = 10_000;

interface CommandRow {
  readonly id: string;
  readonly body: Buffer;
  readonly settled: boolean;
}

/**
 * Announces commands to every process of the same schema. A command is a row that is kept for some minutes, and a note that announces
 * the row. So commands may be of any size, arrive in polling mode too, and are not lost when a connection breaks.
 */
export class PostgresControl extends TransportPart implements ControlChannel {
  readonly #handlers = new Set<{ handle(command: ControlCommand): void }>();
  readonly #heard = new Set<string>();
  readonly #answers: PostgresAnswers;
  /** the last command that needs no reading; null = not known yet */
  #since: string | null = null;
  #listening: Promise<() => Promise<void>> | null = null;
  readonly #reader: NoteReader;

  constructor(
    private readonly context: PostgresContext,
    lifecycle: Lifecycle,
  ) {
    super(lifecycle);
    context.pruner.add(context.statements.pruneCommands);
    this.#answers = new PostgresAnswers(context);
    this.#reader = new NoteReader(context, 'Control commands', async () => this.#take(await this.#read()));
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
    this.#reader.stop();
    this.#answers.stop();
    this.#handlers.clear();
  }

  /** Commands that were announced before are not for this process: the first read finds the last of them. */
  async #begin(): Promise<() => Promise<void>> {
    await this.#reader.look();
    return this.#reader.listen('commands', POLL);
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
