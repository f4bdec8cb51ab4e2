import { InvalidBrokerUrlError } from '../core/errors/boot-errors.js';
import { maskPassword } from '../core/policies/mask-password.js';
import type { Engine, EngineFeature, EnginesWith, OpenTransport } from '../core/ports/broker/transport.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';
import { memory } from '../transports/memory/engine.js';
import { postgres } from '../transports/postgres/engine.js';
import { redis } from '../transports/redis/engine.js';

/** An engine and how its code is loaded, which imports its driver. */
export interface LoadableEngine extends Engine {
  load(): Promise<{ open: OpenTransport<never> }>;
}

/** Every engine of this package: a new one is a folder in transports/ and a line here. */
export const ENGINES: readonly LoadableEngine[] = [
  { ...memory, load: () => import('../transports/memory/index.js') },
  { ...redis, load: () => import('../transports/redis/index.js') },
  { ...postgres, load: () => import('../transports/postgres/index.js') },
];

/** @throws InvalidBrokerUrlError */
export function engineOf(address: StoreAddress): LoadableEngine {
  if (typeof address !== 'string') return ENGINES.find(({ opensDatabases }) => opensDatabases)!;
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) throw new InvalidBrokerUrlError(maskPassword(address), 'has no scheme');
  const engine = ENGINES.find(({ schemes }) => schemes.includes(scheme));
  if (engine === undefined) throw new InvalidBrokerUrlError(maskPassword(address), `has the unknown scheme '${scheme}'`);
  return engine;
}

/** The names of the engines that have a feature, for hints. */
export const enginesWith: EnginesWith = (feature) => ENGINES.filter((engine) => has(engine, feature)).map(({ name }) => name);

function has({ capabilities, offers }: Engine, feature: EngineFeature): boolean {
  if (feature === 'leases') return capabilities.leases === 'renewed';
  return feature in capabilities ? capabilities[feature as keyof typeof capabilities] === true : offers.includes(feature as never);
}
