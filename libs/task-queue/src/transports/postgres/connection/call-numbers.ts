import { randomBytes } from 'node:crypto';

/** A number that nobody else has, as the database keeps it. */
export function randomOwner(): string {
  return randomBytes(8).readBigInt64BE().toString();
}

/** the least numbers that are worth a statement to forget them, and the most that are forgotten with one call */
const AT_ONCE = { least: 20, most: 500 };

/** Numbers the calls of one caller. What was answered is not asked for again, and is forgotten on the server with a later call. */
export class CallNumbers {
  readonly owner = randomOwner();
  #last = 0;
  #answered: string[] = [];

  next(): string {
    return String(++this.#last);
  }

  answered(number: string): void {
    if (this.#answered.length < AT_ONCE.most) this.#answered.push(number);
  }

  /** Numbers to forget; each is given once. */
  spent(): string[] {
    if (this.#answered.length < AT_ONCE.least) return [];
    const spent = this.#answered;
    this.#answered = [];
    return spent;
  }
}
