/** Sends commands to every process of the same key prefix, at best effort. Commands that must not be missed are also stored. */
export interface ControlChannel {
  connect(): Promise<void>;
  close(): Promise<void>;
  announce(command: ControlCommand): Promise<void>;
  /** @returns how to stop listening */
  listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>>;
  /** Sends an answer to this address. It is lost when the asker no longer listens. */
  answer(address: string, answer: ControlAnswer): Promise<void>;
  /**
   * Receives the answers to an address from now on. Each question has an address of its own.
   * @returns how to stop listening
   */
  hear(address: string, handler: (answer: ControlAnswer) => void): Promise<() => Promise<void>>;
}

export type ControlCommand =
  { readonly type: 'revoke'; readonly ids: readonly string[]; readonly terminate: boolean } | WorkerRequestCommand;

/** A question or a command to workers. */
export interface WorkerRequestCommand {
  readonly type: 'request';
  readonly method: string;
  readonly args: object;
  /** the names of the addressed workers; null = all */
  readonly workers: readonly string[] | null;
  /** the address for answers; null = none is expected */
  readonly replyTo: string | null;
  /** epoch ms by the asker's clock at which the request expires; null = never */
  readonly until: number | null;
}

/** The answer of one worker, as JSON data. */
export type ControlAnswer =
  | { readonly worker: string; readonly value: unknown; readonly error?: undefined }
  | { readonly worker: string; readonly value?: undefined; readonly error: ControlRefusal };

/** Why a worker refused a command. */
export interface ControlRefusal {
  /** one of the library's error codes */
  readonly code: string;
  readonly message: string;
}
