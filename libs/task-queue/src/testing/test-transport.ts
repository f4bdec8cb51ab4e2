import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/ports/runtime/clock.js';
import { silentLogger } from '../core/ports/runtime/logger.js';
import type { CompleteTransport, TransportOptions } from '../core/ports/broker/transport.js';
import { open } from '../transports/memory/index.js';

const DAY = 86_400_000;

/** Opens and connects a separate memory transport. Close it at the end of the test. */
export async function testTransport(options: Partial<TransportOptions> = {}): Promise<CompleteTransport> {
  const transport = open('memory://', {
    keyPrefix: `test-${randomUUID()}`,
    dedupRetention: 7 * DAY,
    deadLetterLimit: 10_000,
    revokesExpire: DAY,
    connection: {},
    logger: silentLogger,
    clock: systemClock,
    timeOffset: () => 0,
    ...options,
  });
  await transport.connect();
  return transport;
}
