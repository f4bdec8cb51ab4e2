import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/**
 * What a process of the suite notes, each at the moment it happens, in a file that survives it:
 * `took` a delivery (detail: its lost leases) · `ran`: a run begins (detail: retries, parent) · `ended`: it is over ·
 * `lost`: its signal was aborted for a lost lease · `settled`: accepted by the broker (detail: kind) · `refused`: not accepted
 */
export type Event = 'took' | 'ran' | 'ended' | 'lost' | 'settled' | 'refused';

export interface Entry {
  /** epoch ms; all processes are on one machine */
  readonly at: number;
  readonly worker: string;
  readonly event: Event;
  readonly id: string;
  readonly detail: readonly string[];
}

/** The writing end, in a worker process. A line is one write, so that those of several processes do not mix. */
export function openLedger(file: string, worker: string): (event: Event, id: string, ...detail: (string | number)[]) => void {
  const ledger = openSync(file, 'a');
  return (event, id, ...detail) => void writeSync(ledger, `${[Date.now(), worker, event, id, ...detail].join(' ')}\n`);
}

const POLL = 10;

/** The reading end: the entries since the round began. */
export class Ledger {
  #entries: Entry[] = [];
  #rest = '';
  #position = 0;
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a+');
  }

  /** All entries so far. */
  read(): readonly Entry[] {
    const { size } = fstatSync(this.#file);
    const buffer = Buffer.alloc(size - this.#position);
    const length = readSync(this.#file, buffer, 0, buffer.length, this.#position);
    this.#position += length;
    const lines = (this.#rest + buffer.toString('utf8', 0, length)).split('\n');
    this.#rest = lines.pop()!;
    for (const line of lines) this.#entries.push(parse(line));
    return this.#entries;
  }

  /**
   * Resolves with what `find` finds in the ledger.
   * @throws Error when it has found nothing within `limit` ms
   */
  async until<T>(what: string, limit: number, find: (entries: readonly Entry[]) => T | undefined): Promise<T> {
    const deadline = performance.now() + limit;
    for (;;) {
      const found = find(this.read());
      if (found !== undefined) return found;
      if (performance.now() > deadline) throw new Error(`${what}: not within ${limit} ms`);
      await new Promise((resolve) => setTimeout(resolve, POLL));
    }
  }

  /** Begins a new round. */
  clear(): void {
    this.read();
    this.#entries = [];
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** What a worker has taken and not settled, in the order in which it did. */
export function heldBy(entries: readonly Entry[], worker: string, before = Infinity): string[] {
  const held = new Set<string>();
  for (const one of entries) {
    if (one.worker !== worker || one.at > before) continue;
    if (one.event === 'took') held.add(one.id);
    else if (one.event === 'settled' || one.event === 'refused') held.delete(one.id);
  }
  return [...held];
}

/** What a worker is running. */
export function runningIn(entries: readonly Entry[], worker: string): string[] {
  const running = new Set<string>();
  for (const one of entries) {
    if (one.worker !== worker) continue;
    if (one.event === 'ran') running.add(one.id);
    else if (one.event === 'ended') running.delete(one.id);
  }
  return [...running];
}

function parse(line: string): Entry {
  const [at, worker, event, id, ...detail] = line.split(' ') as [string, string, Event, string, ...string[]];
  return { at: Number(at), worker, event, id, detail };
}
