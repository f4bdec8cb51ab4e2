import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';

/**
 * A separate store of the transport under test for each test, and operations that the ports do not have.
 * `harnessFor` builds one for transports that are opened by URL.
 */
export interface ConformanceHarness {
  /** Opens and connects a transport on this store. Each call opens another one, as another process would. */
  open(options?: Partial<TransportOptions>): Promise<Transport>;
  /** Moves the clocks of the store and of its users forward without waiting. */
  shiftTime(ms: number): void;
  /** Describes the messages, leases and delivery counts that are left. Traces and results may stay. */
  leftovers(): Promise<string[]>;
  /** Closes all transports and removes the store. */
  close(): Promise<void>;
}

/** Called before each test. */
export type HarnessFactory = () => Promise<ConformanceHarness>;
