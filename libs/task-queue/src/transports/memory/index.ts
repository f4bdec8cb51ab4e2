import { InvalidBrokerUrlError } from '../../core/errors/boot-errors.js';
import type { TransportOptions } from '../../core/ports/broker/transport.js';
import { MemoryTransport } from './memory-transport.js';

/** Queues and results inside this process. Users of one URL and key prefix share a store; `memory://name` is another than `memory://`. */
export const open = (url: string, options: TransportOptions): MemoryTransport => {
  const name = /^memory:(?:\/\/([^/?#]*)\/?)?$/.exec(url);
  if (!name) throw new InvalidBrokerUrlError(url, 'is no memory URL: it takes a name, and neither path nor query');
  return new MemoryTransport(JSON.stringify([name[1] ?? '', options.keyPrefix]), options);
};
