import type { Socket } from 'node:net';

export interface LaneRules {
  /** nothing passes until it is let go */
  readonly held: boolean;
  /** ms that everything is on its way */
  readonly delay: number;
  /** bytes a second that pass; Infinity = no bound */
  readonly rate: number;
}

/** One direction of a connection. What is held or late still arrives, in order, as TCP would have it after a partition. */
export class Lane {
  readonly #waiting: { readonly data: Buffer | null; readonly due: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** when what was queued has passed at the lane's rate */
  #freeAt = 0;

  constructor(
    private readonly to: Socket,
    private readonly rules: LaneRules,
    private readonly ended: () => void,
  ) {}

  pass(data: Buffer): void {
    if (this.#waiting.length === 0 && !this.rules.held && this.rules.delay === 0 && this.rules.rate === Infinity) this.to.write(data);
    else this.#queue(data);
  }

  /** Nothing more comes; the other side learns of it after what is on its way. */
  end(): void {
    this.#queue(null);
  }

  /** Lets pass what may. */
  flow(): void {
    clearTimeout(this.#timer);
    while (this.#waiting.length > 0 && !this.rules.held) {
      const { data, due } = this.#waiting[0]!;
      const left = due - performance.now();
      if (left > 0) {
        this.#timer = setTimeout(() => this.flow(), left);
        return;
      }
      this.#waiting.shift();
      if (data !== null) this.to.write(data);
      else this.#end();
    }
  }

  destroy(): void {
    clearTimeout(this.#timer);
    this.to.destroy();
  }

  #queue(data: Buffer | null): void {
    this.#freeAt = Math.max(this.#freeAt, performance.now()) + (1_000 * (data?.length ?? 0)) / this.rules.rate;
    this.#waiting.push({ data, due: this.#freeAt + this.rules.delay });
    this.flow();
  }

  #end(): void {
    this.to.end();
    this.ended();
  }
}
