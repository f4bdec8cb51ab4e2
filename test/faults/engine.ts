import type { Fault, FaultServer } from './fault.js';

/** What the suite must know of a broker beyond its transport. */
export interface Engine {
  readonly name: string;
  start(): Promise<FaultServer>;
  /** `connection` options of the first who connects: it makes what must be there before all others */
  readonly firstConnection: Readonly<Record<string, unknown>>;
  /** what stays under the prefix that should not, beyond what an inspector counts */
  leftovers(url: string, keyPrefix: string): Promise<string[]>;
  /** what only this server can suffer */
  readonly faults: readonly Fault[];
}
