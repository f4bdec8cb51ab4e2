import type { Broker } from './broker.js';
import type { Clock } from '../runtime/clock.js';
import type { ControlChannel } from '../control/control-channel.js';
import type { Inspector } from '../control/inspector.js';
import type { JoinStore } from '../stores/join-store.js';
import type { TaskLogger } from '../runtime/logger.js';
import type { ResultBackend } from '../stores/result-backend.js';
import type { ScheduleStore } from '../stores/schedule-store.js';

/** One engine's seams behind one connection string. `connect` and `close` serve them all; both are safe to call twice. */
export interface Transport {
  readonly broker: Broker;
  readonly results: ResultBackend;
  readonly joins: JoinStore;
  readonly control: ControlChannel;
  readonly inspector: Inspector;
  readonly schedules: ScheduleStore;
  connect(): Promise<void>;
  close(): Promise<void>;
}

export interface TransportOptions {
  /** begins every key, so that several applications share one server */
  readonly keyPrefix: string;
  /** ms that finished, traced ids are remembered */
  readonly dedupRetention: number;
  /** ms that a revoke mark is kept for an id that nobody settles */
  readonly revokesExpire: number;
  /** dead letters that a queue keeps; beyond it the oldest go */
  readonly deadLetterLimit: number;
  /** the driver's own options (TLS, Sentinel, …), merged over what the URL says */
  readonly connection: Readonly<Record<string, unknown>>;
  readonly logger: TaskLogger;
  readonly clock: Clock;
  /** ms added to the store's clock; 0 outside tests */
  readonly timeOffset: () => number;
}

export type OpenTransport = (url: string, options: TransportOptions) => Transport;
