import { randomBytes } from 'node:crypto';

/** A random bigint, unique in practice, in the form in which the database returns it. */
export function randomOwner(): string {
  return randomBytes(8).readBigInt64BE().toString();
}

/** how many numbers must wait before a call forgets them, and how many are kept for that */
const AT_ONCE = { least: 20, most: 500 };

/** Numbers the calls of one caller. The fate of an answered call is never asked for: a later call makes the server forget it. */
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

  /** Numbers to forget; each is returned once. */
  spent(): string[] {
    if (this.#answered.length < AT_ONCE.least) return [];
    const spent = this.#answered;
    this.#answered = [];
    return spent;
  }
}
