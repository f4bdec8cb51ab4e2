import { maskPassword } from '../../policies/mask-password.js';
import type { StoreAddress } from '../../ports/runtime/database-handle.js';
import type { ClientOptions } from './client-options.js';
import { areTypeormResults } from './results-option.js';

/**
 * The options as people may see them. Each is named here, so that one that is added later is not shown before somebody has thought
 * about it: connection strings lose their passwords, and the driver's own options, keys and functions are left out.
 */
export function describeClientOptions(options: ClientOptions): Readonly<Record<string, unknown>> {
  const { keyPrefix, queues, defaultQueue, publishTimeout, resultExpires, resultExtended, trail, dedupRetention } = options;
  const { recordRetention, revokesExpire, deadLetterLimit, maxPayloadBytes, maxResultBytes, eager } = options;
  const { serializer, compression, acceptContent } = options;
  return {
    broker: describeAddress(options.broker),
    results: describeResults(options.results),
    ...{ keyPrefix, queues: queues ?? null, defaultQueue, publishTimeout, resultExpires, resultExtended, trail, dedupRetention },
    ...{ recordRetention, revokesExpire, deadLetterLimit, maxPayloadBytes, maxResultBytes, eager },
    ...{ serializer, compression, acceptContent },
    outbox: options.outbox !== null,
    signed: options.sign !== null,
    encrypted: options.encrypt !== null,
  };
}

/** A pool or a DataSource of the application's is told by its class alone. */
function describeAddress(address: StoreAddress): string {
  return typeof address === 'string' ? maskPassword(address) : address.constructor.name;
}

function describeResults(results: ClientOptions['results']): string {
  if (results === undefined) return 'as broker';
  return areTypeormResults(results) ? 'typeorm' : describeAddress(results);
}
