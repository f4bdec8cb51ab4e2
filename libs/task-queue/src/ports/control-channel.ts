/** Tells every process of the same namespace something, at best effort: what must not be missed is stored as well. */
export interface ControlChannel {
  connect(): Promise<void>;
  close(): Promise<void>;
  announce(command: ControlCommand): Promise<void>;
  /** @returns how to stop listening */
  listen(handler: (command: ControlCommand) => void): Promise<() => Promise<void>>;
}

export type ControlCommand =
  | { readonly type: 'revoke'; readonly ids: readonly string[]; readonly terminate: boolean }
  /** worker: the name of the one that is meant; null = all */
  | { readonly type: 'addQueue' | 'cancelQueue'; readonly queue: string; readonly worker: string | null };
