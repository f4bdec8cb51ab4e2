import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Listeners } from '../../core/attempt/listening/listeners.js';
import { systemClock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import { ContextCreators } from '../invocation/context-creators.js';
import { HandlerInvoker } from '../invocation/handler-invoker.js';
import { InstanceNames } from '../tokens/instance-names.js';
import { NestTaskLogger } from '../lifecycle/nest-task.logger.js';
import { PeriodicExplorer } from '../discovery/periodic.explorer.js';
import { SignalExplorer } from '../discovery/signal.explorer.js';
import { TaskExplorer } from '../discovery/task.explorer.js';
import { readTaskRole, TASK_ROLE } from '../tokens/task-role.js';
import { STAND_IN_IF_ANY, type StandIn } from '../tokens/stand-in.js';
import { TASK_CLOCK, TASK_LOGGER } from '../tokens/tokens.js';

/** The providers that all queue instances of an application share: its handlers, explored once, the log and the clock. */
@Module({
  imports: [DiscoveryModule],
  providers: [
    ContextCreators,
    HandlerInvoker,
    InstanceNames,
    PeriodicExplorer,
    SignalExplorer,
    TaskExplorer,
    { provide: Listeners, useFactory: (logger: TaskLogger) => new Listeners(logger), inject: [TASK_LOGGER] },
    { provide: TASK_LOGGER, useFactory: () => new NestTaskLogger() },
    { provide: TASK_CLOCK, useFactory: (standIn?: StandIn) => standIn?.clock ?? systemClock, inject: [STAND_IN_IF_ANY] },
    { provide: TASK_ROLE, useFactory: readTaskRole },
  ],
  exports: [ContextCreators, InstanceNames, Listeners, PeriodicExplorer, TaskExplorer, TASK_LOGGER, TASK_CLOCK, TASK_ROLE],
})
export class TaskHandlersModule {}
