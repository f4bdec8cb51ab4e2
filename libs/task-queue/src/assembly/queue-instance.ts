import type { InjectionToken } from '@nestjs/common';
import type { ClientOptions } from '../core/client/options/client-options.js';
import { openCodecs, type Codecs } from '../core/message/open-codecs.js';
import type { Clock, ResultBackend, ScheduleStore, TaskLogger, TransactionsOf, Transport, TransportOptions } from '../core/ports/index.js';
import { checkApplicationSchema } from '../database/migrations/check-application-schema.js';
import { Outbox } from '../database/outbox/outbox.js';
import { openTransport } from './open-transport.js';
import { handlerTransactions } from './handler-transactions.js';
import { openSchedules, type SchedulesApart } from './open-schedules.js';
import { openResults, type FindProvider, type ResultsApart } from './open-results.js';

/** The token of what a named TaskQueueModule has opened; for what stands on it (workers, admin, health checks). */
export function getQueueInstanceToken(name: string): InjectionToken<QueueInstance> {
  return `TaskQueueInstance:${name}`;
}

/** One named instance's open connections. Everything of that name in the application shares them. */
export class QueueInstance {
  /** called once each before the connections are closed, by who uses them without being of a module */
  readonly onClose = new Set<() => Promise<void>>();

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
