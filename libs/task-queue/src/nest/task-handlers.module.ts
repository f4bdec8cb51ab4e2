import { Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { Listeners } from '../attempt/listeners.js';
import { systemClock } from '../ports/clock.js';
import type { TaskLogger } from '../ports/logger.js';
import { ContextCreators } from './context-creators.js';
import { HandlerInvoker } from './handler-invoker.js';
import { InstanceNames } from './instance-names.js';
import { NestTaskLogger } from './nest-task.logger.js';
import { PeriodicExplorer } from './periodic.explorer.js';
import { SignalExplorer } from './signal.explorer.js';
import { TaskExplorer } from './task.explorer.js';
import { readTaskRole, TASK_ROLE } from './task-role.js';
import { STAND_IN_IF_ANY, type StandIn } from './stand-in.js';
import { TASK_CLOCK, TASK_LOGGER } from './tokens.js';

/** What every instance of the queue shares in one application: its handlers, found once, and its log and clock. */
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
