import { DataSource } from 'typeorm';
import { openRelay } from '../../../../libs/task-queue/src/assembly/open-relay.js';
import { QueueInstance } from '../../../../libs/task-queue/src/assembly/queue-instance.js';
import { Listeners } from '../../../../libs/task-queue/src/core/attempt/listening/listeners.js';
import { resolveClientOptions, type ClientOptionsInput } from '../../../../libs/task-queue/src/core/client/options/client-options.js';
import { TaskClient } from '../../../../libs/task-queue/src/core/client/task-client.js';
import { resolveTaskOptions } from '../../../../libs/task-queue/src/core/policies/task-options.js';
import { systemClock } from '../../../../libs/task-queue/src/core/ports/runtime/clock.js';
import type { TaskLogger } from '../../../../libs/task-queue/src/core/ports/runtime/logger.js';
import { HandlerRegistry } from '../../../../libs/task-queue/src/core/worker/handler-registry.js';
import type { TaskHost } from '../../tasks.js';

export interface Address {
  readonly broker: string;
  readonly keyPrefix: string;
  /** the application's database */
  readonly database: string;
  /** connections to that database */
  readonly poolSize: number;
}

/** What an application consists of, put together as Nest would, without Nest: it starts in half the time. */
export interface Application extends TaskHost {
  readonly instance: QueueInstance;
  readonly client: TaskClient;
  readonly dataSource: DataSource;
  readonly handlers: HandlerRegistry;
  readonly listeners: Listeners;
  readonly relay: ReturnType<typeof openRelay>;
  close(): Promise<void>;
}

const OPTIONS: ClientOptionsInput = { publishTimeout: '5s', dedupRetention: '10m', resultExpires: '10m', connection: {} };

export async function openApplication({ database: url, poolSize, ...address }: Address, logger: TaskLogger): Promise<Application> {
  const dataSource = await new DataSource({ type: 'postgres', url, poolSize, installExtensions: false }).initialize();
  // Where the broker is that database, nothing needs an outbox.
  const apart = !address.broker.startsWith('postgres');
  const outbox = apart ? { outbox: { database: dataSource, pollInterval: '500ms', lagLimit: '5m' } as const } : {};
  const options = resolveClientOptions({ ...OPTIONS, ...address, ...outbox });
  const instance = await QueueInstance.open('default', options, () => dataSource, logger, systemClock);
  const listeners = new Listeners(logger);
  const handlers = new HandlerRegistry();
  const { transport, codecs, transactional, transactionsOf } = instance;
  const shared = { options, transport, codecs, transactional, transactionsOf, listeners, clock: systemClock, logger };
  return {
    instance,
    client: new TaskClient({
      ...shared,
      describe: () => new Map(),
      localHandler: (name) => handlers.get(name),
      routerOf: (type) => new type(),
    }),
    dataSource,
    handlers,
    listeners,
    relay: openRelay({ queue: instance, listeners, logger, clock: systemClock }),
    task(name, handler, input = {}) {
      const run = handler as (context: unknown, ...args: unknown[]) => unknown;
      handlers.register({ name, options: resolveTaskOptions(input, name), invoke: (args, context) => run(context, ...args) }, name);
    },
    async close() {
      await instance.close();
      await dataSource.destroy();
    },
  };
}
