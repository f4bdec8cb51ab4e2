/** Connects and closes a whole transport. */
export interface Lifecycle {
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** A part of a transport. Connecting or closing it connects or closes the transport, because the parts share their connections. */
export abstract class TransportPart implements Lifecycle {
  readonly #lifecycle: Lifecycle;

  constructor(lifecycle: Lifecycle) {
    this.#lifecycle = lifecycle;
  }

  connect(): Promise<void> {
    return this.#lifecycle.connect();
  }

  close(): Promise<void> {
    return this.#lifecycle.close();
  }
}
