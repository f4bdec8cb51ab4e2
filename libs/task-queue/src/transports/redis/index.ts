import type { TransportOptions } from '../../core/ports/broker/transport.js';
import { RedisTransport } from './redis-transport.js';
import { parseRedisUrl } from './connection/redis-url.js';

/** Queues, results and control in one Redis server: `redis://user:password@host:port/db`, or `rediss://` for TLS. */
export const open = (url: string, options: TransportOptions): RedisTransport => new RedisTransport(parseRedisUrl(url), options);
