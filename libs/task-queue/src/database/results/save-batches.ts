import type { ResultRow } from './result-row.js';

interface Call {
  readonly rows: readonly ResultRow[];
  resolve(written: boolean[]): void;
  reject(error: unknown): void;
}

/** Collects the rows that are saved during a write, and writes them together afterwards. */
export class SaveBatches {
  #waiting: Call[] = [];
  #writing = false;

  /** @param write returns the rows that were written */
  constructor(
    private readonly write: (rows: readonly ResultRow[]) => Promise<ReadonlySet<ResultRow>>,
    private readonly limit: number,
  ) {}

  save(rows: readonly ResultRow[]): Promise<boolean[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ rows, resolve, reject });
      if (this.#writing) return;
      this.#writing = true;
      // Other saves of this turn of the event loop join the batch.
      setImmediate(() => void this.#run());
    });
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      const calls = this.#take();
      try {
        const written = await this.write(calls.flatMap(({ rows }) => rows));
        for (const { rows, resolve } of calls) resolve(rows.map((row) => written.has(row)));
      } catch (error) {
        for (const { reject } of calls) reject(error);
      }
    }
    this.#writing = false;
  }

  #take(): Call[] {
    let size = 0;
    let count = 0;
    while (count < this.#waiting.length && (count === 0 || size + this.#waiting[count]!.rows.length <= this.limit)) {
      size += this.#waiting[count++]!.rows.length;
    }
    return this.#waiting.splice(0, count);
  }
}
