/** initial bytes of a consumer's journal */
const CAPACITY = 512 * 1024;
/** bytes before the records: the two positions */
const HEADER = 8;
const WRITTEN = 0;
const READ = 1;
/** length, kind, sequence */
const RECORD_HEAD = 4 + 1 + 8;
/** in place of a length: the next record is at the beginning */
const WRAP = 0xffff_ffff;

/** Kinds of records; journal.thread.cjs has the same. */
export const HOLD = 0;
export const END = 1;
export const ABANDON = 2;

/**
 * A ring of records in shared memory, written by one thread and read by another (journal.thread.cjs). Nothing wakes the
 * reader: a message for each batch would wake the thread each time, just before a task begins.
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

  /** most bytes that a record takes */
  static sizeOf(text: string): number {
    return RECORD_HEAD + 3 * text.length;
  }

  /** @returns the bytes written; 0 = no room */
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

  /** Both positions are below the capacity. They are equal only when everything is read. */
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
