import { maskPassword } from '../../policies/mask-password.js';
import type { StoreAddress } from '../../ports/runtime/database-handle.js';
import type { ClientOptions } from './client-options.js';
import { areTypeormResults } from './results-option.js';

/**
 * The options as people may see them: without passwords in connection strings, options of the driver, keys and functions.
 * Every shown option is named here, so that a new option stays hidden until it is added.
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

/** For a pool or a DataSource of the application, only the name of its class. */
function describeAddress(address: StoreAddress): string {
  return typeof address === 'string' ? maskPassword(address) : address.constructor.name;
}

function describeResults(results: ClientOptions['results']): string {
  if (results === undefined) return 'as broker';
  return areTypeormResults(results) ? 'typeorm' : describeAddress(results);
}
