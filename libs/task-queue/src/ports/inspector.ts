/** Everything that only people, dashboards and commands ask of a broker. */
export interface Inspector {
  /** names of the queues that hold or have held messages */
  queues(): Promise<string[]>;
  counts(queue: string): Promise<QueueCounts>;
  /** Where an id is now, in order; null = in no known queue. */
  locate(ids: readonly string[]): Promise<(Location | null)[]>;
  /** Newest first. */
  deadLetters(queue: string, options: { readonly limit: number }): Promise<DeadLetter[]>;
  /** Removes every waiting message (ready and delayed) of a queue. @returns how many */
  purge(queue: string): Promise<number>;
}

export interface QueueCounts {
  readonly ready: number;
  readonly delayed: number;
  readonly leased: number;
  readonly suspects: number;
  readonly dead: number;
}

export interface Location {
  readonly queue: string;
  readonly place: 'ready' | 'delayed' | 'leased' | 'suspects' | 'dead';
}

export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly body: string;
  readonly reason: string;
  readonly detail: string;
  /** epoch ms by the store's clock */
  readonly at: number;
}
