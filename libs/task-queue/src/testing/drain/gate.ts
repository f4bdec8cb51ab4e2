/**
 * Says when the kit's workers may take work, and when they have found nothing more. Whatever may have brought new work
 * moves it on to another moment; a consumer that looked in vain is dry for that moment only.
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

  /** There may be work that was not there before. */
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

  /** It has found nothing, having begun to look at that moment. */
  ranDry(consumer: object, moment: number): void {
    this.#dryAt.set(consumer, moment);
    this.#wake();
  }

  /** Resolves when every consumer has run dry at the present moment, or when the gate was closed. */
  async allDry(): Promise<void> {
    while (this.#open && [...this.#dryAt.values()].some((moment) => moment !== this.#moment)) await this.#change();
  }

  /** Resolves at another moment than this one, or when the signal is aborted. */
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
