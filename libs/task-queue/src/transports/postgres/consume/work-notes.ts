import type { PostgresContext } from '../postgres-context.js';
import { splitStored } from '../connection/stored-text.js';

type Handler = (queues: readonly string[] | null) => void;

/** Receives notes about new work for all consumers of a transport. A note is a hint: each consumer also looks from time to time. */
export class WorkNotes {
  readonly #handlers = new Set<Handler>();
  #listening: Promise<() => Promise<void>> | null = null;

  constructor(private readonly context: PostgresContext) {}

  /** @param handler is called with the stored names of queues that have work; null = any may have · @returns how to stop */
  hear(handler: Handler): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  /** Resolves when notes arrive. */
  async open(): Promise<void> {
    const { connection } = this.context;
    this.#listening ??= connection.listen(`${connection.schema}:work`, (payload) => this.#tell(payload));
    await this.#listening;
  }

  async close(): Promise<void> {
    const stop = await this.#listening?.catch(() => null);
    await stop?.();
  }

  #tell(payload: string): void {
    const queues = payload === '' ? null : splitStored(payload);
    for (const handler of [...this.#handlers]) handler(queues);
  }
}
