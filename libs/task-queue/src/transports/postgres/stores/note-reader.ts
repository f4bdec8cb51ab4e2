import type { PostgresContext } from '../postgres-context.js';

/** Reads rows when a note announces them, or at intervals in polling mode. A note that arrives during a read leads to one more read. */
export class NoteReader {
  #poll: NodeJS.Timeout | null = null;
  #reading = false;
  #readAgain = false;
  #stopped = false;

  /** @param what the rows, for logs */
  constructor(
    private readonly context: PostgresContext,
    private readonly what: string,
    private readonly read: () => Promise<void>,
  ) {}

  get stopped(): boolean {
    return this.#stopped;
  }

  /**
   * @param interval ms between two reads in polling mode
   * @param concerns whether a note is for this reader
   * @returns how to stop listening to notes
   */
  listen(channel: string, interval: number, concerns: (payload: string) => boolean = () => true): Promise<() => Promise<void>> {
    const { connection } = this.context;
    if (connection.polling && !this.#stopped) this.#poll = setInterval(() => void this.look(), interval).unref();
    return connection.listen(`${connection.schema}:${channel}`, (payload) => {
      // '' = notes may have been missed
      if (payload === '' || concerns(payload)) void this.look();
    });
  }

  /** Never rejects. */
  async look(): Promise<void> {
    this.#readAgain = true;
    if (this.#reading) return;
    this.#reading = true;
    try {
      while (this.#readAgain && !this.#stopped) {
        this.#readAgain = false;
        await this.read();
      }
    } catch (error) {
      this.context.options.logger.debug(`${this.what} could not be read`, { error });
    } finally {
      this.#reading = false;
    }
  }

  stop(): void {
    this.#stopped = true;
    if (this.#poll !== null) clearInterval(this.#poll);
  }
}
