/** What happened, in order, and waiting for it without sleeping. */
export class Events<T = string> {
  readonly all: T[] = [];
  #waiting: (() => void)[] = [];

  add(event: T): void {
    this.all.push(event);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when there are so many. */
  async count(count: number): Promise<readonly T[]> {
    while (this.all.length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all;
  }

  /** Resolves with those that are meant, when there are so many of them. */
  async until(isMeant: (event: T) => boolean, count: number): Promise<readonly T[]> {
    while (this.all.filter(isMeant).length < count) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.all.filter(isMeant);
  }

  clear(): void {
    this.all.length = 0;
  }
}
