import { InvalidBrokerUrlError } from '../core/errors/boot-errors.js';
import { maskPassword } from '../core/policies/mask-password.js';
import type { Engine, EngineFeature, EnginesWith, LoadableEngine } from '../core/ports/broker/transport.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';
import { memory } from '../transports/memory/engine.js';
import { postgres } from '../transports/postgres/engine.js';
import { redis } from '../transports/redis/engine.js';

/** Every engine of this package: a new one is a folder in transports/ and an entry here. */
export const ENGINES: readonly LoadableEngine[] = [
  { ...memory, load: () => import('../transports/memory/index.js') },
  { ...redis, load: () => import('../transports/redis/index.js') },
  { ...postgres, load: () => import('../transports/postgres/index.js') },
];

/** The engines that the addresses of one queue may name: those of the application, and then those of the package. */
export class Engines {
  readonly #all: readonly LoadableEngine[];

  /** @param own `engines` of TaskQueueModule.forRoot */
  constructor(own: readonly LoadableEngine[] = []) {
    this.#all = [...own, ...ENGINES];
  }

  /** @throws InvalidBrokerUrlError */
  of(address: StoreAddress): LoadableEngine {
    if (typeof address !== 'string') return this.#all.find(({ opensDatabases }) => opensDatabases)!;
    const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(address)?.[1]?.toLowerCase();
    if (scheme === undefined) throw new InvalidBrokerUrlError(maskPassword(address), 'has no scheme');
    const engine = this.#all.find(({ schemes }) => schemes.includes(scheme));
    if (engine === undefined) throw new InvalidBrokerUrlError(maskPassword(address), `has the unknown scheme '${scheme}'`);
    return engine;
  }

  /** The names of the engines that have a feature, for hints. */
  readonly with: EnginesWith = (feature) => this.#all.filter((engine) => has(engine, feature)).map(({ name }) => name);
}

function has({ capabilities, offers }: Engine, feature: EngineFeature): boolean {
  if (feature === 'leases') return capabilities.leases === 'renewed';
  return feature in capabilities ? capabilities[feature as keyof typeof capabilities] === true : offers.includes(feature as never);
}
