import { DriverMissingError, InvalidBrokerUrlError } from '../core/errors/boot-errors.js';
import { maskPassword } from '../core/policies/mask-password.js';
import type { OpenTransport, Transport, TransportOptions } from '../core/ports/broker/transport.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';

interface Engine {
  /** the package that the user installs; null = none */
  readonly driver: string | null;
  load(): Promise<{ open: OpenTransport }>;
}

/** Engines by URL scheme; each is loaded when it is first asked for, so that nobody needs the drivers of the others. */
const ENGINES: Readonly<Record<string, Engine>> = {
  memory: { driver: null, load: () => import('../transports/memory/index.js') },
  redis: { driver: 'ioredis', load: () => import('../transports/redis/index.js') },
  postgres: { driver: 'pg', load: () => import('../transports/postgres/index.js') },
  postgresql: { driver: 'pg', load: () => import('../transports/postgres/index.js') },
  rediss: { driver: 'ioredis', load: () => import('../transports/redis/index.js') },
};

/**
 * The transport of a URL or of an open database, not yet connected.
 * @throws InvalidBrokerUrlError · InvalidOptionError · DriverMissingError
 */
export async function openTransport(address: StoreAddress, options: TransportOptions): Promise<Transport> {
  if (typeof address === 'string') return openUrl(address, options);
  const { open } = await import('../transports/postgres/index.js');
  return open(address, options);
}

async function openUrl(url: string, options: TransportOptions): Promise<Transport> {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new InvalidBrokerUrlError(maskPassword(url), 'has no scheme');
  const engine = ENGINES[scheme];
  if (engine === undefined) throw new InvalidBrokerUrlError(maskPassword(url), `has the unknown scheme '${scheme}'`);
  const { open } = await load(engine, scheme);
  return open(url, options);
}

async function load(engine: Engine, scheme: string): Promise<{ open: OpenTransport }> {
  try {
    return await engine.load();
  } catch (error) {
    if (engine.driver === null || !/Cannot find (package|module)/.test(String(error))) throw error;
    throw new DriverMissingError(engine.driver, `A '${scheme}' broker`, error);
  }
}
