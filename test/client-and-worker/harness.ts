import { TransactionTargets } from '../../libs/task-queue/src/database/outbox/transaction-targets.js';
import { Listeners } from '../../libs/task-queue/src/core/attempt/listening/listeners.js';
import { recordingOf } from '../../libs/task-queue/src/core/attempt/records/make-record.js';
import { resolveClientOptions, type ClientOptionsInput } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { TaskClient } from '../../libs/task-queue/src/core/client/task-client.js';
import type { CallOptions } from '../../libs/task-queue/src/core/canvas/call-options.js';
import type { AsyncResult } from '../../libs/task-queue/src/core/client/async-result.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { createPool } from '../../libs/task-queue/src/core/pools/create-pool.js';
import { resolveTaskOptions } from '../../libs/task-queue/src/core/policies/task-options.js';
import type { TaskOptionsInput } from '../../libs/task-queue/src/core/policies/task-options-input.js';
import { silentLogger, type TaskLogger } from '../../libs/task-queue/src/core/ports/runtime/logger.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { TaskContext } from '../../libs/task-queue/src/core/ports/task/task-context.js';
import type { CompleteTransport } from '../../libs/task-queue/src/core/ports/broker/transport.js';
import { completeTransport } from '../../libs/task-queue/src/assembly/absent-parts.js';
import { openTransport } from '../../libs/task-queue/src/assembly/open-transport.js';
import { HandlerRegistry } from '../../libs/task-queue/src/core/worker/handler-registry.js';
import { resolveWorkerOptions, type WorkerOptionsInput } from '../../libs/task-queue/src/core/worker/worker-options.js';
import { Worker } from '../../libs/task-queue/src/core/worker/worker.js';

let prefixes = 0;

/** The brokers that the semantics are tested on. */
export const BROKERS: readonly (readonly [name: string, url: () => string])[] = [
  ['memory', () => 'memory://'],
  ['redis', () => process.env['REDIS_URL']!],
  ['postgres', () => process.env['DATABASE_URL']!],
];

export type Handler = (this: void, context: TaskContext, ...args: never[]) => unknown;

/** One application without a framework: a transport, a client, handlers, and as many workers as a test starts. */
export class Harness {
  readonly handlers = new HandlerRegistry();
  readonly #workers: Worker[] = [];
  readonly #transports: CompleteTransport[] = [];

  private constructor(
    readonly url: string,
    readonly transport: CompleteTransport,
    readonly client: TaskClient,
    readonly options: ReturnType<typeof resolveClientOptions>,
    /** of the client's signals, and of those of workers that are started afterwards */
    readonly listeners: Listeners,
    /** nobody else uses its part of the server */
    private readonly own: boolean,
  ) {
    this.#transports.push(transport);
  }

  static async open(url: string, input: ClientOptionsInput = {}): Promise<Harness> {
    const options = resolveClientOptions({ broker: url, ...ownPart(url), ...input });
    const transport = await openHere(options);
    const listeners = new Listeners(silentLogger);
    const codecs = await openCodecs(options);
    const harness: Harness = new Harness(
      url,
      transport,
      new TaskClient({
        transport,
        codecs,
        options,
        describe: () => new Map(),
        localHandler: (name) => harness.handlers.get(name),
        routerOf: (type) => new type(),
        transactional: new TransactionTargets(transport.broker, undefined),
        listeners,
        clock: systemClock,
        logger: silentLogger,
      }),
      options,
      listeners,
      input.keyPrefix === undefined,
    );
    return harness;
  }

  task(name: string, handler: Handler, options: TaskOptionsInput = {}): this {
    const run = handler as (context: TaskContext, ...args: unknown[]) => unknown;
    this.handlers.register({ name, options: resolveTaskOptions(options, name), invoke: (args, context) => run(context, ...args) }, name);
    return this;
  }

  async send(name: string, args: readonly unknown[] = [], options?: CallOptions): Promise<AsyncResult> {
    return this.client.sendTask(name, args, options);
  }

  /**
   * A worker on a transport of its own, as another process would have.
   * @param watched what the worker is to see of it, for tests that look at what passes
   */
  async worker(
    input: WorkerOptionsInput = {},
    logger: TaskLogger = silentLogger,
    watched = (transport: CompleteTransport) => transport,
  ): Promise<Worker> {
    const own = await openHere(this.options);
    const transport = watched(own);
    this.#transports.push(own);
    const options = resolveWorkerOptions({ abortGrace: 50, ...input });
    const worker = new Worker({
      transport,
      codecs: await openCodecs(this.options),
      handlers: this.handlers,
      pool: createPool(options.pool, options.concurrency),
      options,
      resultExpires: this.options.resultExpires,
      publishTimeout: this.options.publishTimeout,
      recording: recordingOf(this.options),
      listeners: this.listeners,
      logger,
      clock: systemClock,
    });
    this.#workers.push(worker);
    await worker.start();
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop(0)));
    await Promise.all(this.#transports.map((transport) => transport.close()));
    if (!isPostgres(this.url) || !this.own) return;
    // Child processes have no servers of the test run, and never come here.
    const { dropSchema } = await import('../conformance/postgres-schemas.js');
    await dropSchema(this.options.keyPrefix);
  }
}

/** A part of the server that no other test uses. */
function ownPart(url: string): Pick<ClientOptionsInput, 'keyPrefix' | 'connection'> {
  const keyPrefix = `t${process.pid}_${Date.now()}_${++prefixes}`;
  return isPostgres(url) ? { keyPrefix, connection: { migrate: true, max: 3 } } : { keyPrefix };
}

function isPostgres(url: string): boolean {
  return url.startsWith('postgres');
}

async function openHere(options: ReturnType<typeof resolveClientOptions>): Promise<CompleteTransport> {
  const opened = await openTransport(options.broker, {
    keyPrefix: options.keyPrefix,
    dedupRetention: options.dedupRetention,
    deadLetterLimit: options.deadLetterLimit,
    revokesExpire: options.revokesExpire,
    connection: options.connection,
    logger: silentLogger,
    clock: systemClock,
    timeOffset: () => 0,
  });
  const transport = completeTransport(opened);
  await transport.connect();
  return transport;
}

/** A promise and the function that keeps it. */
export function signal<T = void>(): { readonly come: Promise<T>; give(value: T): void } {
  let give!: (value: T) => void;
  const come = new Promise<T>((resolve) => (give = resolve));
  return { come, give };
}
