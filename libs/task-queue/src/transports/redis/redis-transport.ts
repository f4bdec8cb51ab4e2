import type { Transport, TransportOptions } from '../../core/ports/broker/transport.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import { BrokerRefusedError } from '../../core/errors/publish-errors.js';
import { CALL_TIMEOUT, unavailable } from './connection/call-store.js';
import { monotonic } from '../shared/monotonic.js';
import { RedisBroker } from './redis-broker.js';
import { RedisConnection } from './connection/redis-connection.js';
import type { ConnectionSetup } from './connection/redis-connection.js';
import type { RedisContext } from './redis-context.js';
import { RedisControl } from './stores/redis-control.js';
import { RedisInspector } from './stores/redis-inspector.js';
import { RedisJoins } from './stores/redis-joins.js';
import { RedisKeys } from './connection/redis-keys.js';
import { RedisResults } from './stores/redis-results.js';
import { RedisSchedules } from './stores/redis-schedules.js';
import type { RedisAddress } from './connection/redis-url.js';
import { Subscriptions } from './connection/subscriptions.js';

/** One Redis server behind one URL. Opens and closes the connections that its parts share. */
export class RedisTransport implements Transport {
  readonly broker: RedisBroker;
  readonly results: RedisResults;
  readonly joins: RedisJoins;
  readonly control: RedisControl;
  readonly inspector: RedisInspector;
  readonly schedules: RedisSchedules;
  readonly #context: RedisContext;
  readonly #subscriptions: Subscriptions;
  #closing: Promise<void> | null = null;

  /** @throws InvalidOptionError */
  constructor(address: RedisAddress, options: TransportOptions) {
    const { keyPrefix } = options.connection;
    // The driver's prefix would rename some keys and not others.
    if (keyPrefix)
      throw new InvalidOptionError('connection.keyPrefix', keyPrefix, "left out; 'keyPrefix' beside 'connection' names the keys");
    const setup: ConnectionSetup = {
      shown: address.shown,
      options: { ...address.options, ...options.connection },
      logger: options.logger,
    };
    this.#context = {
      keys: new RedisKeys(options.keyPrefix, Number(setup.options.db ?? 0)),
      options,
      setup,
      commands: new RedisConnection('commands', setup, true),
      subscriber: new RedisConnection('subscriber', setup),
      leaseNow: () => monotonic() + options.timeOffset(),
      offset: () => String(Math.round(options.timeOffset())),
    };
    this.#subscriptions = new Subscriptions(this.#context.subscriber);
    this.broker = new RedisBroker(this.#context, this);
    this.results = new RedisResults(this.#context, this.#subscriptions, this);
    this.joins = new RedisJoins(this.#context);
    this.control = new RedisControl(this.#context, this.#subscriptions, this);
    this.inspector = new RedisInspector(this.#context);
    this.schedules = new RedisSchedules(this.#context);
  }

  /**
   * Starts to connect, and waits some seconds. An application boots without a server that is not reachable yet: calls fail until it is.
   * @throws BrokerVersionError · BrokerRefusedError the login is refused · InvalidBrokerUrlError the server is a Cluster
   */
  async connect(): Promise<void> {
    const { commands, setup } = this.#context;
    if (await commands.usable(CALL_TIMEOUT)) return;
    const error = unavailable(`Connecting to ${setup.shown}`, commands.failure);
    if (error instanceof BrokerRefusedError) throw error;
    setup.logger.warn('Redis cannot be reached yet; going on to try', { server: setup.shown, error: commands.failure });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await this.broker.stop();
    this.results.stop();
    this.#subscriptions.close();
    this.#context.subscriber.close();
    this.#context.commands.close();
  }
}
