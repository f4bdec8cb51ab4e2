import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * What happened, one line of JSON each, written before anybody is answered: who starts with the same file remembers it, also
 * after a SIGKILL. Without a file it remembers nothing.
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

  /** The line's end comes first, so that a line which a crash has cut spoils no other. */
  note(entry: Entry): void {
    if (this.file !== undefined) appendFileSync(this.file, `\n${JSON.stringify(entry)}`);
  }
}

function parseLine<Entry>(line: string): Entry[] {
  if (line === '') return [];
  try {
    return [JSON.parse(line) as Entry];
  } catch {
    return []; // cut: nobody was answered
  }
}
