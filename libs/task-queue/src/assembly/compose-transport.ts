import type { ClientOptions } from '../core/client/options/client-options.js';
import { areTypeormResults, type TypeormResults } from '../core/client/options/results-option.js';
import type { Codecs } from '../core/message/codecs.js';
import { UnsupportedOptionError } from '../core/errors/option-errors.js';
import { listOf, requirePart, unsupportedBy } from '../core/policies/engine-features.js';
import type { CompleteTransport, Transport, TransportOptions } from '../core/ports/broker/transport.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { StoreAddress } from '../core/ports/runtime/database-handle.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { ResultBackend } from '../core/ports/stores/result-backend.js';
import { checkApplicationSchema } from '../database/migrations/check-application-schema.js';
import type { Outbox } from '../database/outbox/outbox.js';
import { completeTransport } from './absent-parts.js';
import { Engines } from './engines.js';
import { openSchedules } from './open-schedules.js';
import { openTransport } from './open-transport.js';

/** Finds a provider of the application, once all of them exist. */
export type FindProvider = (token: string | Function) => unknown;

/** What the parts of a queue are composed from. */
export interface Composition {
  readonly options: ClientOptions;
  readonly outbox: Outbox | undefined;
  readonly codecs: Codecs;
  readonly find: FindProvider;
  readonly logger: TaskLogger;
  readonly clock: Clock;
}

export interface ComposedTransport extends CompleteTransport {
  /** Connects the parts that need providers of the application, once these exist. */
  ready(): Promise<void>;
}

const WHERE = 'TaskQueueModule.forRoot';
/** The options that name the address of a part. */
type PartOption = 'results' | 'store' | 'control';
const PART_OF = { results: 'results', store: 'joins', control: 'control' } as const;

/**
 * Takes each part from the address that its option names, by default the broker's. Connects nothing.
 * @throws UnsupportedOptionError an option names an engine that does not offer the part · InvalidBrokerUrlError ·
 *   InvalidOptionError · DriverMissingError · DatabaseUnsupportedError
 */
export async function composeTransport(composition: Composition): Promise<ComposedTransport> {
  const { options, outbox } = composition;
  const stores = new Stores(composition);
  const main = await stores.open('broker', options.broker);
  const { capabilities } = main.broker;
  if (outbox !== undefined && !capabilities.dedup)
    throw unsupportedBy({ ...capabilities, enginesWith: stores.engines.with }, 'dedup', 'outbox', WHERE);
  const tables = await openTypeorm(composition);
  const schedules = openSchedules(options, main.broker, outbox);
  const parts = {
    results: tables ?? (await stores.part('results', main)),
    joins: await stores.part('store', main),
    control: await stores.part('control', main),
    inspector: main.inspector,
    schedules: schedules?.store ?? main.schedules,
  };
  const connect = () => stores.connect();
  const close = async () => {
    await tables?.close();
    await stores.close();
  };
  const transport = completeTransport({ broker: main.broker, ...present(parts), connect, close }, stores.engines.with);
  if (options.eager) requirePart(transport, 'results', "Eager mode ('eager')");
  return {
    ...transport,
    resultsApart: parts.results === undefined || parts.results !== main.results,
    async ready() {
      await tables?.connect();
      await schedules?.check();
    },
  };
}

/** The transports of one queue, one for each address. */
class Stores {
  readonly engines: Engines;
  readonly #opened = new Map<StoreAddress, Transport>();
  readonly #common: Omit<TransportOptions, 'connection'>;

  constructor(private readonly composition: Composition) {
    const { engines, keyPrefix, dedupRetention, revokesExpire, deadLetterLimit } = composition.options;
    this.engines = new Engines(engines);
    const { logger, clock } = composition;
    this.#common = { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, logger, clock, timeOffset: () => 0 };
  }

  async open(option: PartOption | 'broker', address: StoreAddress): Promise<Transport> {
    let transport = this.#opened.get(address);
    if (transport === undefined) {
      const connection = this.#connectionOf(option, address);
      transport = await openTransport(address, { ...this.#common, connection }, this.engines);
      this.#opened.set(address, transport);
    }
    return transport;
  }

  /** The part that an option names the address of; undefined where the broker's engine does not offer it. */
  async part<O extends PartOption>(option: O, main: Transport): Promise<Transport[(typeof PART_OF)[O]]> {
    const { options } = this.composition;
    const address = options[option] as StoreAddress | undefined;
    if (address === undefined || address === options.broker) return main[PART_OF[option]];
    const engine = this.engines.of(address);
    if (!engine.offers.includes(PART_OF[option])) {
      const fix = `Name an address of an engine that does: ${listOf(this.engines.with(PART_OF[option]))}.`;
      throw new UnsupportedOptionError(option, WHERE, `the '${engine.name}' engine does not offer ${PART_OF[option]}`, fix);
    }
    return (await this.open(option, address))[PART_OF[option]];
  }

  async connect(): Promise<void> {
    await Promise.all(Array.from(this.#opened.values(), (transport) => transport.connect()));
  }

  async close(): Promise<void> {
    await Promise.allSettled(Array.from(this.#opened.values(), (transport) => transport.close()));
  }

  /** The driver's options of the broker are those of a second server only when both have the same engine. */
  #connectionOf(option: PartOption | 'broker', address: StoreAddress): TransportOptions['connection'] {
    const { options } = this.composition;
    if (option === 'results' && options.resultsConnection !== undefined) return options.resultsConnection;
    return this.engines.of(address).name === this.engines.of(options.broker).name ? options.connection : {};
  }
}

/** Results in tables of the application's database; undefined when `results` names an address. */
async function openTypeorm({ options, codecs, find, logger, clock }: Composition): Promise<ResultBackend | undefined> {
  const { results, keyPrefix, resultExtended: extended } = options;
  if (results === undefined || !areTypeormResults(results)) return undefined;
  const { typeorm, schema, failedTaskExpires }: TypeormResults = results;
  const { openTypeormResults } = await import('../database/results/open-results.js');
  return openTypeormResults(
    { typeorm, find, schema: schema ?? keyPrefix, checkSchema: checkApplicationSchema },
    { failedTaskExpires, extended, messages: codecs.messages, logger, clock, timeOffset: () => 0 },
  );
}

function present<T extends object>(parts: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined)) as never;
}
