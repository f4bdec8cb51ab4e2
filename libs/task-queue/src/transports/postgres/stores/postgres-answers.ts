import type { ControlAnswer } from '../../../core/ports/control/control-channel.js';
import { callStore } from '../connection/call-store.js';
import type { PostgresContext } from '../postgres-context.js';
import { NoteReader } from './note-reader.js';

/** ms between two reads in polling mode */
const POLL = 100;

type Handler = (answer: ControlAnswer) => void;

/** Answers to questions. Each is a row that its reader removes, and a note that announces the row. */
export class PostgresAnswers {
  readonly #readers = new Set<NoteReader>();

  constructor(private readonly context: PostgresContext) {
    context.pruner.add(context.statements.pruneAnswers);
  }

  async answer(address: string, answer: ControlAnswer): Promise<void> {
    const { connection, statements } = this.context;
    await callStore(connection, 'Answering', statements.answer, [address, Buffer.from(JSON.stringify(answer))]);
  }

  async hear(address: string, handler: Handler): Promise<() => Promise<void>> {
    const reader: NoteReader = new NoteReader(this.context, 'Answers', () => this.#take(address, handler, reader));
    this.#readers.add(reader);
    const stopListening = await reader.listen('answers', POLL, (payload) => payload === address);
    return async () => {
      this.#readers.delete(reader);
      reader.stop();
      await stopListening();
    };
  }

  stop(): void {
    for (const reader of this.#readers) reader.stop();
    this.#readers.clear();
  }

  async #take(address: string, handler: Handler, reader: NoteReader): Promise<void> {
    const { connection, statements, options } = this.context;
    for (const { body } of await callStore<{ body: Buffer }>(connection, 'Reading answers', statements.takeAnswers, [address])) {
      if (reader.stopped) return;
      try {
        handler(JSON.parse(body.toString()) as ControlAnswer);
      } catch (error) {
        options.logger.warn('An answer could not be handled', { error });
      }
    }
  }
}
