import type { ControlAnswer } from '../../../core/ports/control/control-channel.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';

/** ms between two looks where no notes are heard */
const POLL = 100;

type Handler = (answer: ControlAnswer) => void;

/** Answers to questions: a row for each, taken away by its reader, and a note that there is one. */
export class PostgresAnswers {
  readonly #listening = new Set<Listener>();

  constructor(private readonly context: PostgresContext) {
    context.pruner.add(context.statements.pruneAnswers);
  }

  async answer(address: string, answer: ControlAnswer): Promise<void> {
    const { connection, statements } = this.context;
    await callStore(connection, 'Answering', statements.answer, [address, Buffer.from(JSON.stringify(answer))]);
  }

  async hear(address: string, handler: Handler): Promise<() => Promise<void>> {
    const listener = new Listener(this.context, address, handler);
    this.#listening.add(listener);
    await listener.begin();
    return async () => {
      this.#listening.delete(listener);
      await listener.stop();
    };
  }

  stop(): void {
    for (const listener of this.#listening) listener.fallSilent();
    this.#listening.clear();
  }
}

/** Takes what comes to one address. */
class Listener {
  #stopListening: (() => Promise<void>) | null = null;
  #poll: NodeJS.Timeout | null = null;
  #looking = false;
  #lookAgain = false;
  #stopped = false;

  constructor(
    private readonly context: PostgresContext,
    private readonly address: string,
    private readonly handler: Handler,
  ) {}

  async begin(): Promise<void> {
    const { connection } = this.context;
    if (connection.polling) this.#poll = setInterval(() => void this.#look(), POLL).unref();
    this.#stopListening = await connection.listen(`${connection.schema}:answers`, (address) => {
      if (address === '' || address === this.address) void this.#look();
    });
  }

  async stop(): Promise<void> {
    this.fallSilent();
    await this.#stopListening?.();
  }

  fallSilent(): void {
    this.#stopped = true;
    if (this.#poll !== null) clearInterval(this.#poll);
  }

  /** Notes that come meanwhile lead to one more look. */
  async #look(): Promise<void> {
    this.#lookAgain = true;
    if (this.#looking) return;
    this.#looking = true;
    try {
      while (this.#lookAgain && !this.#stopped) {
        this.#lookAgain = false;
        await this.#take();
      }
    } catch (error) {
      this.context.options.logger.debug('Answers could not be read', { error });
    } finally {
      this.#looking = false;
    }
  }

  async #take(): Promise<void> {
    const { connection, statements, options } = this.context;
    for (const { body } of await callStore<{ body: Buffer }>(connection, 'Reading answers', statements.takeAnswers, [this.address])) {
      if (this.#stopped) return;
      try {
        this.handler(JSON.parse(body.toString()) as ControlAnswer);
      } catch (error) {
        options.logger.warn('An answer could not be handled', { error });
      }
    }
  }
}
