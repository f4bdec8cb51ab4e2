/**
 * Opens and closes the consumers of the testing kit, and knows when all of them have run dry. Every event that may bring new
 * work starts a new moment. A consumer that received nothing is dry for the moment in which its receive began.
 */
export class Gate {
  #open = false;
  #moment = 0;
  readonly #dryAt = new Map<object, number>();
  #waiting: (() => void)[] = [];

  get isOpen(): boolean {
    return this.#open;
  }

  get moment(): number {
    return this.#moment;
  }

  open(): void {
    this.#open = true;
    this.moveOn();
  }

  close(): void {
    this.#open = false;
  }

  /** Starts a new moment, because there may be new work. */
  moveOn(): void {
    this.#moment++;
    this.#wake();
  }

  enter(consumer: object): void {
    this.#dryAt.set(consumer, -1);
  }

  leave(consumer: object): void {
    this.#dryAt.delete(consumer);
    this.#wake();
  }

  /** The consumer received nothing; its receive began in that moment. */
  ranDry(consumer: object, moment: number): void {
    this.#dryAt.set(consumer, moment);
    this.#wake();
  }

  /** Resolves when every consumer is dry in the current moment, or when the gate is closed. */
  async allDry(): Promise<void> {
    while (this.#open && [...this.#dryAt.values()].some((moment) => moment !== this.#moment)) await this.#change();
  }

  /** Resolves when another moment begins, or when the signal is aborted. */
  async after(moment: number, signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    while (this.#moment === moment && !signal.aborted) await this.#change();
    signal.removeEventListener('abort', wake);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
