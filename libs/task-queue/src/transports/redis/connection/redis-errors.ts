// What the driver and the server say, as errors of our own: driver errors carry the arguments of the command, a password or a
// message's body among them, and so never leave this folder.

/** The connection was lost, or never there. `sent`: the command may have reached the server. */
export class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
  constructor(
    readonly sent: boolean,
    why: string,
  ) {
    super(why);
  }
}

/** The server answered with an error. `transient`: it did nothing, and may do it later (loading, failing over). */
export class ServerRefusedError extends Error {
  override readonly name = 'ServerRefusedError';
  readonly kind: string;
  constructor(message: string) {
    super(message);
    this.kind = /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
  }
  get transient(): boolean {
    return TRANSIENT.has(this.kind);
  }
  get full(): boolean {
    return this.kind === 'OOM' || /\bOOM\b|maxmemory/.test(this.message);
  }
  get unknownScript(): boolean {
    return this.kind === 'NOSCRIPT';
  }
  get readOnly(): boolean {
    return this.kind === 'READONLY';
  }
  get login(): boolean {
    return LOGIN.has(this.kind);
  }
}

const TRANSIENT: ReadonlySet<string> = new Set(['LOADING', 'READONLY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'BUSY', 'NOREPLICAS']);
const LOGIN: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM']);

/** Any error of the driver, without what it carries along. */
export function translate(error: unknown, sent: boolean): ConnectionLostError | ServerRefusedError {
  if (error instanceof ConnectionLostError || error instanceof ServerRefusedError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Error && error.name === 'ReplyError') return new ServerRefusedError(message);
  return new ConnectionLostError(sent, codeOf(error) ?? message);
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : undefined;
}
