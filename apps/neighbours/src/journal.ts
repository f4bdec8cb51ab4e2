import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * A log of events, one line of JSON each, written before the request is answered. A server restores its state from the file, even
 * after a SIGKILL. Without a file nothing is stored.
 */
export class Journal<Entry extends object> {
  constructor(private readonly file?: string) {
    if (file !== undefined) mkdirSync(dirname(file), { recursive: true });
  }

  read(): Entry[] {
    if (this.file === undefined || !existsSync(this.file)) return [];
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .flatMap(parseLine<Entry>);
  }

  /** The line break comes first, so that a line cut by a crash does not spoil the next one. */
  note(entry: Entry): void {
    if (this.file !== undefined) appendFileSync(this.file, `\n${JSON.stringify(entry)}`);
  }
}

function parseLine<Entry>(line: string): Entry[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return []; // cut by a crash: the request was not answered
  }
}
