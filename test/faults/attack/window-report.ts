import type { Kind } from './calls.js';
import type { Finding } from './judge-window.js';

export interface WindowReport {
  readonly tasks: number;
  readonly kinds: ReadonlyMap<Kind, number>;
  readonly struck: ReadonlyMap<string, number>;
  readonly missed: readonly string[];
  readonly findings: readonly Finding[];
  /** ms from the last strike and the last call to the end of all work */
  readonly drainMs: number;
}
