import { ConfigurableModuleBuilder, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { QueueInstance } from '../assembly/queue-instance.js';
import type { ClientOptionsInput } from '../core/client/options/client-options.js';
import type { TaskClient } from '../core/client/task-client.js';
import { TaskExplorer } from './discovery/task.explorer.js';
import { instanceExports, instanceProviders } from './module/instance.providers.js';
import { TaskHandlersModule } from './module/task-handlers.module.js';
import { DEFAULT_CLIENT, getTaskClientToken, QUEUE_INSTANCE, TASK_QUEUE_OPTIONS } from './tokens/tokens.js';

export interface TaskQueueModuleExtras {
  /** tells several instances apart: `@InjectTaskClient(name)`, `TaskWorkerModule.forRoot({ client: name })` */
  name?: string;
  /** default true */
  isGlobal?: boolean;
}

const { ConfigurableModuleClass: TaskQueueModuleBase } = new ConfigurableModuleBuilder<ClientOptionsInput>({
  optionsInjectionToken: TASK_QUEUE_OPTIONS as symbol,
})
  .setClassMethodName('forRoot')
  .setExtras<TaskQueueModuleExtras>({ name: DEFAULT_CLIENT, isGlobal: true }, (definition, { name = DEFAULT_CLIENT, isGlobal = true }) => ({
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), TaskHandlersModule],
    providers: [...(definition.providers ?? []), ...instanceProviders(name)],
    exports: [...instanceExports(name), TaskHandlersModule],
  }))
  .build();

/**
 * Makes an application a producer: it provides the TaskClient and runs no task. Global by default; each of several
 * instances has a `name`.
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

  /** Runs after the hooks of all other modules, which may still send, and after every worker has given back its work. */
  async onApplicationShutdown(): Promise<void> {
    await this.instance.close();
  }

  async #prepare(): Promise<void> {
    const { instance, explorer, modules } = this;
    await instance.transport.ready();
    modules.get<TaskClient>(getTaskClientToken(instance.name)).prepareRoutes();
    // In eager mode this application runs every task itself, so mistakes in them fail its boot.
    if (instance.options.eager) explorer.explore(instance.options.annotations);
  }
}
