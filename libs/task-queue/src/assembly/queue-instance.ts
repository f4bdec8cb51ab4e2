import type { ClientOptions } from '../core/client/options/client-options.js';
import { openCodecs, type Codecs } from '../core/message/codecs.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { ResultBackend } from '../core/ports/stores/result-backend.js';
import type { ScheduleStore } from '../core/ports/stores/schedule-store.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { TransactionalSending } from '../core/ports/broker/transactional.js';
import type { TransactionsOf } from '../core/ports/task/task-handler.js';
import type { Transport, TransportOptions } from '../core/ports/broker/transport.js';
import { checkApplicationSchema } from '../database/migrations/check-application-schema.js';
import { Outbox } from '../database/outbox/outbox.js';
import { TransactionTargets } from '../database/outbox/transaction-targets.js';
import { openTransport } from './open-transport.js';
import { handlerTransactions } from './handler-transactions.js';
import { openSchedules, type SchedulesApart } from './open-schedules.js';
import { openResults, type FindProvider, type ResultsApart } from './open-results.js';

/** One named instance's open connections. Everything of that name in the application shares them. */
export class QueueInstance {
  /** called once each before the connections are closed, by who uses them without being of a module */
  readonly onClose = new Set<() => Promise<void>>();
  #transactional: TransactionalSending | undefined;

  private constructor(
    readonly name: string,
    readonly options: ClientOptions,
    readonly transport: Transport,
    readonly codecs: Codecs,
    /** where tasks wait that are sent within transactions; undefined = not set up */
    readonly outbox: Outbox | undefined,
    /** the transactions of transactional tasks */
    readonly transactionsOf: TransactionsOf,
    private readonly apart: ResultsApart | undefined,
    private readonly schedulesApart: SchedulesApart | undefined,
  ) {}

  get results(): ResultBackend {
    return this.apart?.results ?? this.transport.results;
  }

  /** sends within the application's transactions */
  get transactional(): TransactionalSending {
    return (this.#transactional ??= new TransactionTargets(this.transport.broker, this.outbox));
  }

  /** where schedules are kept */
  get schedules(): ScheduleStore {
    return this.schedulesApart?.store ?? this.transport.schedules;
  }

  /** Opens and connects; where one cannot, none stays open. */
  static async open(name: string, options: ClientOptions, find: FindProvider, logger: TaskLogger, clock: Clock): Promise<QueueInstance> {
    const codecs = await openCodecs(options);
    const outbox = options.outbox === null ? undefined : new Outbox(options.outbox, options.keyPrefix, clock);
    const common = transportOptions(options, logger, clock);
    const transport = await openTransport(options.broker, common);
    const apart = await openResults(options, common, find, logger, clock);
    const instance = new QueueInstance(
      name,
      options,
      transport,
      codecs,
      outbox,
      handlerTransactions(find, options),
      apart,
      openSchedules(options, transport, outbox),
    );
    await instance.orClose(() =>
      Promise.all([outbox && checkOutbox(outbox, options.keyPrefix), ...instance.#transports().map((one) => one.connect())]),
    );
    return instance;
  }

  /** A step of the boot. Where it fails everything is closed, since Nest calls no shutdown hook then. */
  async orClose<T>(step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Connects what needs providers of the application: when all of them are there. */
  async ready(): Promise<void> {
    if (this.apart?.transport === null) await this.apart.results.connect();
    await this.schedulesApart?.check();
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.onClose].map((end) => end()));
    this.onClose.clear();
    if (this.apart?.transport === null) await this.apart.results.close();
    await Promise.allSettled(this.#transports().map((one) => one.close()));
  }

  #transports(): Transport[] {
    return this.apart?.transport ? [this.transport, this.apart.transport] : [this.transport];
  }
}

async function checkOutbox(outbox: Outbox, schema: string): Promise<void> {
  await outbox.check();
  await checkApplicationSchema((text, values) => outbox.database.query(text, values), schema);
}

function transportOptions(options: ClientOptions, logger: TaskLogger, clock: Clock): TransportOptions {
  const { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection } = options;
  return { keyPrefix, dedupRetention, revokesExpire, deadLetterLimit, connection, logger, clock, timeOffset: () => 0 };
}
