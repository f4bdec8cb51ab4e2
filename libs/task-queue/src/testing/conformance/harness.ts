import type { CompleteTransport, TransportOptions } from '../../core/ports/broker/transport.js';

/**
 * One store of the transport under test, of its own for each test. What the suites need beyond the seams.
 * `harnessFor` builds one for transports that are opened by URL.
 */
export interface ConformanceHarness {
  /** A connected transport on this store; each call opens another one, as another process would. */
  open(options?: Partial<TransportOptions>): Promise<CompleteTransport>;
  /** Lets time pass, for the store and for its users, without waiting for it. */
  shiftTime(ms: number): void;
  /** What is left of messages, leases and delivery counts, named so that a failing test tells; traces and results may stay. */
  leftovers(): Promise<string[]>;
  /** Closes what was opened and removes the store. */
  close(): Promise<void>;
}

/** Called before each test. */
export type HarnessFactory = () => Promise<ConformanceHarness>;
