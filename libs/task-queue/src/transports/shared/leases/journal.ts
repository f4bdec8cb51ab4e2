/** bytes of a consumer's journal to begin with */
const CAPACITY = 512 * 1024;
/** bytes of the two positions before the records */
const HEADER = 8;
const WRITTEN = 0;
const READ = 1;
/** length, kind, sequence */
const RECORD_HEAD = 4 + 1 + 8;
/** stands where a length would: the next record is at the beginning */
const WRAP = 0xffff_ffff;

/** What a record tells; journal.thread.cjs knows the same. */
export const HOLD = 0;
export const END = 1;
export const ABANDON = 2;

/**
 * A ring of records in shared memory, written by one thread and read by another (journal.thread.cjs). Nothing wakes the
 * reader: a message would cost a thread's waking for each batch, on the way of the task that is about to begin.
 */
export class Journal {
  readonly buffer: SharedArrayBuffer;
  readonly #positions: Int32Array;
  readonly #records: Buffer;

  /** @param capacity bytes of records; one record may take less than that */
  constructor(readonly capacity: number = CAPACITY) {
    this.buffer = new SharedArrayBuffer(HEADER + this.capacity);
    this.#positions = new Int32Array(this.buffer, 0, 2);
    this.#records = Buffer.from(this.buffer, HEADER);
  }

  /** bytes that a record may take */
  static sizeOf(text: string): number {
    return RECORD_HEAD + 3 * text.length;
  }

  /** @returns the bytes that it took; 0 = there is no room for it */
  write(kind: number, sequence: number, text = ''): number {
    const at = this.#placeFor(Journal.sizeOf(text));
    if (at === -1) return 0;
    const length = RECORD_HEAD + this.#records.write(text, at + RECORD_HEAD);
    this.#records.writeUInt32LE(length, at);
    this.#records[at + 4] = kind;
    this.#records.writeDoubleLE(sequence, at + 5);
    Atomics.store(this.#positions, WRITTEN, at + length);
    return length;
  }

  /** Both positions are less than the capacity, and the same only when all is read. */
  #placeFor(size: number): number {
    const at = this.#positions[WRITTEN]!;
    const read = Atomics.load(this.#positions, READ);
    if (at < read) return size < read - at ? at : -1;
    if (size < this.capacity - at) return at;
    if (size >= read) return -1;
    if (this.capacity - at >= 4) this.#records.writeUInt32LE(WRAP, at);
    return 0;
  }
}
