/** Tells every process of the same namespace something, at best effort: what must not be missed is stored as well. */
export interface ControlChannel {
  connect(): Promise<void>;
  close(): Promise<void>;
  announce(command: ControlCommand): Promise<void>;
  /** @returns how to stop listening */
  listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>>;
  /** Answers who has asked from this address; where nobody listens there any more, nobody hears it. */
  answer(address: string, answer: ControlAnswer): Promise<void>;
  /**
   * Hears what is answered to an address from now on. An address is one question's own: nobody else listens there.
   * @returns how to stop listening
   */
  hear(address: string, handler: (answer: ControlAnswer) => void): Promise<() => Promise<void>>;
}

export type ControlCommand =
  { readonly type: 'revoke'; readonly ids: readonly string[]; readonly terminate: boolean } | WorkerRequestCommand;

/** Something that workers are asked, or told. */
export interface WorkerRequestCommand {
  readonly type: 'request';
  readonly method: string;
  readonly args: object;
  /** the names of those that are meant; null = all */
  readonly workers: readonly string[] | null;
  /** where answers go; null = nobody waits for one */
  readonly replyTo: string | null;
  /** epoch ms by the asker's clock until which it waits; null = it is to be done whenever it is heard */
  readonly until: number | null;
}

/** What one worker says. It is data, as JSON can carry it. */
export type ControlAnswer =
  | { readonly worker: string; readonly value: unknown; readonly error?: undefined }
  | { readonly worker: string; readonly value?: undefined; readonly error: ControlRefusal };

/** Why a worker did not do what it was told. */
export interface ControlRefusal {
  /** one of the library's error codes */
  readonly code: string;
  readonly message: string;
}
