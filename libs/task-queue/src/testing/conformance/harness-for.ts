import { randomUUID } from 'node:crypto';
import { systemClock, type Clock } from '../../core/ports/runtime/clock.js';
import { silentLogger } from '../../core/ports/runtime/logger.js';
import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';
import type { ConformanceHarness, HarnessFactory } from './harness.js';
import { placesOf } from './leftovers.js';

export interface HarnessOptions {
  open(url: string, options: TransportOptions): Transport;
  readonly url: string;
  /** true: the store is a server with its own clock; false: it uses the clock of this process */
  readonly ownClock: boolean;
  /** keys or rows left under a prefix that the inspector does not show */
  leftovers?(keyPrefix: string): Promise<string[]>;
  /** removes everything under a prefix */
  remove?(keyPrefix: string): Promise<void>;
}

export const CONFORMANCE_DEDUP_RETENTION = 60_000;
export const CONFORMANCE_REVOKES_EXPIRE = 60_000;

/** Harnesses for a transport that is opened by URL and separates its users by key prefix. */
export function harnessFor(engine: HarnessOptions): HarnessFactory {
  return async () => new UrlHarness(engine);
}

class UrlHarness implements ConformanceHarness {
  private shifted = 0;
  private readonly keyPrefix = `conformance-${randomUUID()}`;
  private readonly opened: Transport[] = [];

  constructor(private readonly engine: HarnessOptions) {}

  async open(options: Partial<TransportOptions> = {}): Promise<Transport> {
    const transport = this.engine.open(this.engine.url, { ...this.defaults(), ...options });
    this.opened.push(transport);
    await transport.connect();
    return transport;
  }

  shiftTime(ms: number): void {
    this.shifted += ms;
  }

  async leftovers(): Promise<string[]> {
    const transport = await this.open();
    const more = (await this.engine.leftovers?.(this.keyPrefix)) ?? [];
    return [...(transport.inspector === undefined ? [] : await placesOf(transport.inspector)), ...more];
  }

  async close(): Promise<void> {
    for (const transport of this.opened) await transport.close();
    await this.engine.remove?.(this.keyPrefix);
  }

  private defaults(): TransportOptions {
    const clock: Clock = { now: () => Date.now() + this.shifted, timer: systemClock.timer };
    return {
      keyPrefix: this.keyPrefix,
      dedupRetention: CONFORMANCE_DEDUP_RETENTION,
      revokesExpire: CONFORMANCE_REVOKES_EXPIRE,
      deadLetterLimit: 10_000,
      connection: {},
      logger: silentLogger,
      clock,
      timeOffset: () => (this.engine.ownClock ? this.shifted : 0),
    };
  }
}
