import type { ClientOptions } from '../core/client/options/client-options.js';
import { openCodecs, type Codecs } from '../core/message/codecs.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { TransactionalSending } from '../core/ports/broker/transactional.js';
import type { TransactionsOf } from '../core/ports/task/task-handler.js';
import { checkApplicationSchema } from '../database/migrations/check-application-schema.js';
import { Outbox } from '../database/outbox/outbox.js';
import { TransactionTargets } from '../database/outbox/transaction-targets.js';
import { composeTransport, type ComposedTransport, type FindProvider } from './compose-transport.js';
import { handlerTransactions } from './handler-transactions.js';

/** The open connections of one named instance, shared by everything of that name in the application. */
export class QueueInstance {
  /** called once each before the connections are closed, by users of the instance that Nest does not know */
  readonly onClose = new Set<() => Promise<void>>();
  #transactional: TransactionalSending | undefined;

  private constructor(
    readonly name: string,
    readonly options: ClientOptions,
    readonly transport: ComposedTransport,
    readonly codecs: Codecs,
    /** stores tasks that are sent within transactions; undefined = not configured */
    readonly outbox: Outbox | undefined,
    /** the transactions of transactional tasks */
    readonly transactionsOf: TransactionsOf,
  ) {}

  /** sends within the application's transactions */
  get transactional(): TransactionalSending {
    return (this.#transactional ??= new TransactionTargets(this.transport.broker, this.outbox));
  }

  /** Opens and connects. When that fails, nothing stays open. */
  static async open(name: string, options: ClientOptions, find: FindProvider, logger: TaskLogger, clock: Clock): Promise<QueueInstance> {
    const codecs = await openCodecs(options);
    const outbox = options.outbox === null ? undefined : new Outbox(options.outbox, options.keyPrefix, clock);
    const transport = await composeTransport({ options, outbox, codecs, find, logger, clock });
    const instance = new QueueInstance(name, options, transport, codecs, outbox, handlerTransactions(find, options));
    await instance.orClose(() => Promise.all([outbox && checkOutbox(outbox, options.keyPrefix), transport.connect()]));
    return instance;
  }

  /** A step of the boot. When it fails, everything is closed, since Nest calls no shutdown hook then. */
  async orClose<T>(step: () => T | Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.onClose].map((end) => end()));
    this.onClose.clear();
    await this.transport.close();
  }
}

async function checkOutbox(outbox: Outbox, schema: string): Promise<void> {
  await outbox.check();
  await checkApplicationSchema((text, values) => outbox.database.query(text, values), schema);
}
