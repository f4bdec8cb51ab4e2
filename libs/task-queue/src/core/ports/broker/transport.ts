import type { PartMissingError } from '../../errors/boot-errors.js';
import type { Broker } from './broker.js';
import type { BrokerCapabilities } from './capabilities.js';
import type { Clock } from '../runtime/clock.js';
import type { ControlChannel } from '../control/control-channel.js';
import type { StoreAddress } from '../runtime/database-handle.js';
import type { Inspector } from '../control/inspector.js';
import type { JoinStore } from '../stores/join-store.js';
import type { TaskLogger } from '../runtime/logger.js';
import type { ResultBackend } from '../stores/result-backend.js';
import type { ScheduleStore } from '../stores/schedule-store.js';

/**
 * What one engine offers behind one address. Only the broker is required. `connect` and `close` serve all parts; both are
 * safe to call twice. A settlement writes its joins in the same atomic step when the engine offers `joins`.
 */
export interface Transport {
  readonly broker: Broker;
  readonly results?: ResultBackend;
  readonly joins?: JoinStore;
  readonly control?: ControlChannel;
  readonly inspector?: Inspector;
  readonly schedules?: ScheduleStore;
  connect(): Promise<void>;
  close(): Promise<void>;
}

/** The optional parts of a transport, and the optional methods of its broker. */
export type PartName = 'results' | 'joins' | 'control' | 'inspector' | 'schedules' | 'revoke' | 'setRate';

/** A feature that an engine has or has not. */
export type EngineFeature = PartName | Exclude<keyof BrokerCapabilities, 'name'>;

/**
 * The parts that a queue works with, from one address or several. A part that no address offers is represented by a
 * stand-in that throws PartMissingError, so that code which uses a part need not ask whether it is there.
 */
export interface CompleteTransport extends Required<Transport> {
  readonly broker: Broker & Required<Pick<Broker, 'revoke' | 'setRate'>>;
  /** results are kept in another store than the broker's, or nowhere; default false */
  readonly resultsApart?: boolean;
  /** the parts that are stand-ins, each with the error of a feature that needs it; default: none */
  readonly missing?: ReadonlyMap<PartName, (feature: string) => PartMissingError>;
  /** the names of the engines that have a feature, for hints; default: none are known */
  readonly enginesWith?: EnginesWith;
}

export type EnginesWith = (feature: EngineFeature) => readonly string[];

export interface TransportOptions {
  /** begins every key, so that several applications share one server */
  readonly keyPrefix: string;
  /** ms that finished, traced ids are remembered */
  readonly dedupRetention: number;
  /** ms that a revoke mark is kept for an id that no worker settles */
  readonly revokesExpire: number;
  /** dead letters that a queue keeps; beyond it the oldest are removed */
  readonly deadLetterLimit: number;
  /** the driver's own options (TLS, Sentinel, …), merged over those of the URL */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly logger: TaskLogger;
  readonly clock: Clock;
  /** ms added to the store's clock; 0 outside tests */
  readonly timeOffset: () => number;
}

/** An engine as data, known without loading its driver. A test compares it with the transport that the engine opens. */
export interface Engine {
  /** equal to `capabilities.name` */
  readonly name: string;
  readonly schemes: readonly string[];
  /** the npm package that the user installs; null = none */
  readonly driver: string | null;
  /** also opens a Pool of pg or a DataSource of TypeORM */
  readonly opensDatabases?: boolean;
  readonly capabilities: BrokerCapabilities;
  readonly offers: readonly PartName[];
}

/**
 * What the index of an engine's folder exports as `open`.
 * @throws InvalidBrokerUrlError · InvalidOptionError · UnknownOptionError
 */
export type OpenTransport<Address extends StoreAddress = string> = (address: Address, options: TransportOptions) => Transport;

/** An engine, and how its code is loaded, which imports its driver. */
export interface LoadableEngine extends Engine {
  load(): Promise<{ readonly open: OpenTransport<never> }>;
}
