import type { Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { resolveClientOptions, type ClientOptionsInput } from '../../core/client/options/client-options.js';
import { Listeners } from '../../core/attempt/listening/listeners.js';
import { TaskClient } from '../../core/client/task-client.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { findRouter } from './find-router.js';
import { InstanceNames } from '../tokens/instance-names.js';
import { QueueInstance } from '../../assembly/queue-instance.js';
import { getQueueInstanceToken } from '../tokens/queue-instance.token.js';
import { getTaskClientToken } from '../tokens/task-client.token.js';
import { taskControlProviders } from './task-control.provider.js';
import { taskSchedulesProvider } from './task-schedules.provider.js';
import { describeTasks } from '../metadata/task-metadata.accessor.js';
import { TASK_QUEUE_OPTIONS } from '../tokens/task-queue.options.js';
import { TaskExplorer } from '../discovery/task.explorer.js';
import { STAND_IN_IF_ANY, type StandIn } from '../tokens/stand-in.js';
import { QUEUE_INSTANCE, TASK_CLOCK, TASK_LOGGER } from '../tokens/tokens.js';

/** What one named TaskQueueModule provides: its connections and the client that sends through them. */
export function taskClientProviders(name: string): Provider[] {
  return [
    instanceProvider(name),
    { provide: QUEUE_INSTANCE, useExisting: getQueueInstanceToken(name) },
    clientProvider(name),
    taskSchedulesProvider(name),
    ...taskControlProviders(name),
  ];
}

function instanceProvider(name: string): Provider {
  return {
    provide: getQueueInstanceToken(name),
    inject: [TASK_QUEUE_OPTIONS, InstanceNames, ModuleRef, TASK_LOGGER, TASK_CLOCK, STAND_IN_IF_ANY],
    useFactory: async (
      input: ClientOptionsInput,
      names: InstanceNames,
      modules: ModuleRef,
      logger: TaskLogger,
      clock: Clock,
      standIn?: StandIn,
    ) => {
      names.take(name);
      const options = resolveClientOptions(standIn === undefined ? input : standIn.optionsFor(input, name));
      const instance = await QueueInstance.open(name, options, (token) => modules.get(token, { strict: false }), logger, clock);
      standIn?.opened(instance);
      return instance;
    },
  };
}

function clientProvider(name: string): Provider {
  return {
    provide: getTaskClientToken(name),
    inject: [QUEUE_INSTANCE, TaskExplorer, Listeners, ModuleRef, TASK_LOGGER, TASK_CLOCK, STAND_IN_IF_ANY],
    useFactory: (instance: QueueInstance, ...from: ClientSurroundings) => instance.orClose(() => makeClient(name, instance, ...from)),
  };
}

type ClientSurroundings = [
  explorer: TaskExplorer,
  listeners: Listeners,
  modules: ModuleRef,
  logger: TaskLogger,
  clock: Clock,
  standIn?: StandIn,
];

function makeClient(
  name: string,
  { options, transport, codecs, transactional, transactionsOf }: QueueInstance,
  ...[explorer, listeners, modules, logger, clock, standIn]: ClientSurroundings
): TaskClient {
  return new TaskClient({
    transport,
    codecs,
    options,
    describe: describeTasks,
    routerOf: (type) => findRouter(modules, type),
    // Explored on first need: a producer may be without any handler, and must not pay or fail for those it has.
    localHandler: (task) => explorer.explore(options.annotations).get(task),
    transactionsOf,
    listeners,
    // A test's application may have no database, or another: what it sends is there at once.
    transactional: standIn === undefined ? transactional : null,
    onSent: standIn && ((message, publication) => standIn.sent(name, message, publication)),
    clock,
    logger,
  });
}
