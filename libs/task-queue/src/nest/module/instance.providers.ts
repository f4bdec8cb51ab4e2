import type { InjectionToken, Provider } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { QueueInstance } from '../../assembly/queue-instance.js';
import { Listeners } from '../../core/attempt/listening/listeners.js';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import { resolveClientOptions, type ClientOptionsInput } from '../../core/client/options/client-options.js';
import type { TaskRouter, TaskRouterClass } from '../../core/client/routing/routes.js';
import { TaskClient } from '../../core/client/task-client.js';
import { AskWorkers } from '../../core/control/ask-workers.js';
import { TaskControl } from '../../core/control/task-control.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { PeriodicExplorer } from '../discovery/periodic.explorer.js';
import { TaskExplorer } from '../discovery/task.explorer.js';
import { turnMaker } from '../lifecycle/prepare-beat.js';
import { describeTasks } from '../metadata/task-metadata.accessor.js';
import { InstanceNames } from '../tokens/instance-names.js';
import { STAND_IN_IF_ANY, type StandIn } from '../tokens/stand-in.js';
import {
  getQueueInstanceToken,
  getTaskClientToken,
  getTaskControlToken,
  getTaskInspectToken,
  getTaskSchedulesToken,
  QUEUE_INSTANCE,
  TASK_CLOCK,
  TASK_LOGGER,
  TASK_QUEUE_OPTIONS,
} from '../tokens/tokens.js';

/** The providers of one named TaskQueueModule: its connections, and the services that use them. */
export function instanceProviders(name: string): Provider[] {
  return [
    instanceProvider(name),
    { provide: QUEUE_INSTANCE, useExisting: getQueueInstanceToken(name) },
    clientProvider(name),
    schedulesProvider(name),
    ...controlProviders(name),
  ];
}

export function instanceExports(name: string): InjectionToken[] {
  const services = [getTaskClientToken, getTaskInspectToken, getTaskControlToken, getTaskSchedulesToken, getQueueInstanceToken];
  return services.map((tokenOf) => tokenOf(name));
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
    useFactory: (instance: QueueInstance, ...from: ClientContext) => instance.orClose(() => makeClient(name, instance, ...from)),
  };
}

type ClientContext = [
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
  ...[explorer, listeners, modules, logger, clock, standIn]: ClientContext
): TaskClient {
  return new TaskClient({
    transport,
    codecs,
    options,
    describe: describeTasks,
    routerOf: (type) => findRouter(modules, type),
    // Explored on first use: a producer may have no handler, and mistakes in those of a worker must not fail it.
    localHandler: (task) => explorer.explore(options.annotations).get(task),
    transactionsOf,
    listeners,
    // The application under test may have no database, so its calls are sent at once.
    transactional: standIn === undefined ? transactional : null,
    onSent: standIn && ((message, publication) => standIn.sent(name, message, publication)),
    clock,
    logger,
  });
}

/**
 * The provider of a router that `routes` names by its class, from any module of the application.
 * @throws InvalidOptionError
 */
function findRouter(modules: ModuleRef, type: TaskRouterClass): TaskRouter {
  try {
    return modules.get(type, { strict: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionError(
      'routes',
      type,
      `made of providers that are no request-scoped ones: add ${type.name} to the providers of a module (${reason})`,
    );
  }
}

function schedulesProvider(name: string): Provider {
  return {
    provide: getTaskSchedulesToken(name),
    inject: [QUEUE_INSTANCE, getTaskClientToken(name), PeriodicExplorer, TASK_CLOCK],
    useFactory: (queue: QueueInstance, client: TaskClient, periodics: PeriodicExplorer, clock: Clock) => {
      const { beat: options, dedupRetention } = queue.options;
      const turns = turnMaker({ queue, client, periodics });
      return new TaskSchedules({ store: queue.transport.schedules, turns, client, options, dedupRetention, clock });
    },
  };
}

function controlProviders(name: string): Provider[] {
  return [
    {
      provide: getTaskInspectToken(name),
      inject: [QUEUE_INSTANCE, TASK_CLOCK],
      useFactory: ({ transport }: QueueInstance, clock: Clock) => new TaskInspect(new AskWorkers(transport.control, clock)),
    },
    {
      provide: getTaskControlToken(name),
      inject: [QUEUE_INSTANCE, getTaskClientToken(name), TASK_CLOCK],
      useFactory: ({ transport, options }: QueueInstance, client: TaskClient, clock: Clock) =>
        new TaskControl({ workers: new AskWorkers(transport.control, clock), client, options }),
    },
  ];
}
