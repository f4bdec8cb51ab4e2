import { ConnectionLostError, StoreRefusal } from '../../shared/store-errors.js';

// Errors of the driver carry the arguments of the command, among them passwords and bodies of messages. So they never leave this
// folder: `translate` makes errors of our own from them.

/** The server answered with an error. */
export class ServerRefusedError extends StoreRefusal {
  readonly kind: string;
  constructor(message: string) {
    super(message);
    this.kind = /^[A-Z]+/.exec(message)?.[0] ?? 'ERR';
  }
  get transient(): boolean {
    return TRANSIENT.has(this.kind);
  }
  /** The server accepts no writes: its memory or disk is full, or a snapshot failed. */
  get full(): boolean {
    return this.kind === 'OOM' || this.kind === 'MISCONF' || /\bOOM\b|maxmemory/.test(this.message);
  }
  /** The server refuses these keys or arguments; it may accept others. */
  get ofArguments(): boolean {
    return this.kind === 'ERR' || this.kind === 'WRONGTYPE';
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

/** An error of the driver without the data that it carries. */
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
