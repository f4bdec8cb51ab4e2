import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { ClientOptionsInput } from '../../core/client/options/client-options.js';
import { getQueueInstanceToken } from '../tokens/queue-instance.token.js';
import { taskClientProviders } from './task-client.providers.js';
import { DEFAULT_CLIENT, getTaskClientToken } from '../tokens/task-client.token.js';
import { getTaskControlToken, getTaskInspectToken } from './task-control.provider.js';
import { getTaskSchedulesToken } from './task-schedules.provider.js';
import { TaskHandlersModule } from './task-handlers.module.js';
import { TASK_QUEUE_OPTIONS, type TaskQueueModuleExtras } from '../tokens/task-queue.options.js';

export const { ConfigurableModuleClass: TaskQueueModuleBase } = new ConfigurableModuleBuilder<ClientOptionsInput>({
  optionsInjectionToken: TASK_QUEUE_OPTIONS as symbol,
})
  .setClassMethodName('forRoot')
  .setExtras<TaskQueueModuleExtras>({ name: DEFAULT_CLIENT, isGlobal: true }, (definition, { name = DEFAULT_CLIENT, isGlobal = true }) => ({
    ...definition,
    global: isGlobal,
    imports: [...(definition.imports ?? []), TaskHandlersModule],
    providers: [...(definition.providers ?? []), ...taskClientProviders(name)],
    exports: [
      getTaskClientToken(name),
      getTaskInspectToken(name),
      getTaskControlToken(name),
      getTaskSchedulesToken(name),
      getQueueInstanceToken(name),
      TaskHandlersModule,
    ],
  }))
  .build();
