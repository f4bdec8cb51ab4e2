// The reading end of journal.ts, for the thread that renews leases. lease-keeper.thread.cjs and the engine's part run after it.
const JOURNAL_HEADER = 8;
const JOURNAL_WRITTEN = 0;
const JOURNAL_READ = 1;
const JOURNAL_WRAP = 0xffffffff;
const JOURNAL_RECORD_HEAD = 13;
const [JOURNAL_HOLD, JOURNAL_END] = [0, 1];

exports.JournalReader = class JournalReader {
  constructor(buffer) {
    this.positions = new Int32Array(buffer, 0, 2);
    this.records = Buffer.from(buffer, JOURNAL_HEADER);
  }

  // Passes new records to a seat: hold(sequence, text), end(sequence), abandon(sequence, index). A batch that has ended meanwhile
  // is not decoded.
  read(seat) {
    const { positions, records } = this;
    const written = Atomics.load(positions, JOURNAL_WRITTEN);
    const begun = new Map();
    const abandoned = [];
    let at = positions[JOURNAL_READ];
    while (at !== written) {
      const length = records.length - at < 4 ? JOURNAL_WRAP : records.readUInt32LE(at);
      if (length === JOURNAL_WRAP) {
        at = 0;
        continue;
      }
      const kind = records[at + 4];
      const sequence = records.readDoubleLE(at + 5);
      const end = at + length;
      if (kind === JOURNAL_HOLD) {
        begun.set(sequence, [at + JOURNAL_RECORD_HEAD, end]);
        seat.through = sequence;
      } else if (kind === JOURNAL_END) {
        if (!begun.delete(sequence)) seat.end(sequence);
      } else abandoned.push([sequence, Number(records.toString('latin1', at + JOURNAL_RECORD_HEAD, end))]);
      at = end;
    }
    for (const [sequence, [from, to]] of begun) seat.hold(sequence, records.toString('utf8', from, to));
    for (const [sequence, index] of abandoned) seat.abandon(sequence, index);
    Atomics.store(positions, JOURNAL_READ, at);
  }
};
