import { Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { TaskClient } from '../core/client/task-client.js';
import { QueueInstance } from '../assembly/queue-instance.js';
import { getTaskClientToken } from './tokens/task-client.token.js';
import { TaskQueueModuleBase } from './module/task-queue.module-definition.js';
import { TaskExplorer } from './discovery/task.explorer.js';
import { QUEUE_INSTANCE } from './tokens/tokens.js';

/**
 * Makes an application a producer: it provides the TaskClient and runs nothing. Global unless told otherwise; several
 * instances have a `name` each.
 * @example TaskQueueModule.forRoot({ broker: 'redis://localhost:6379' })
 */
@Module({})
export class TaskQueueModule extends TaskQueueModuleBase implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(QUEUE_INSTANCE) private readonly instance: QueueInstance,
    private readonly explorer: TaskExplorer,
    private readonly modules: ModuleRef,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    await this.instance.orClose(() => this.#prepare());
  }

  /** After every other module's hooks, which may still send, and after every worker has given back its work. */
  async onApplicationShutdown(): Promise<void> {
    await this.instance.close();
  }

  async #prepare(): Promise<void> {
    await this.instance.ready();
    this.modules.get<TaskClient>(getTaskClientToken(this.instance.name)).prepareRoutes();
    // In eager mode this application runs every task itself, so mistakes in them fail its boot.
    if (this.instance.options.eager) this.explorer.explore(this.instance.options.annotations);
  }
}
