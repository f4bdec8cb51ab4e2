import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { WorkerOptionsInput } from '../../core/worker/worker-options.js';
import { getQueueInstanceToken } from '../tokens/queue-instance.token.js';
import { DEFAULT_CLIENT } from '../tokens/task-client.token.js';
import { GLOBAL_ENHANCERS, TASK_WORKER_OPTIONS, type TaskWorkerModuleExtras } from '../tokens/task-worker.options.js';
import { TaskHandlersModule } from './task-handlers.module.js';
import { QUEUE_INSTANCE } from '../tokens/tokens.js';
import { WorkerOrchestrator } from '../lifecycle/worker.orchestrator.js';

export const { ConfigurableModuleClass: TaskWorkerModuleBase } = new ConfigurableModuleBuilder<WorkerOptionsInput>({
  optionsInjectionToken: TASK_WORKER_OPTIONS as symbol,
})
  .setClassMethodName('forRoot')
  .setExtras<TaskWorkerModuleExtras>(
    { client: DEFAULT_CLIENT, globalEnhancers: false },
    (definition, { client = DEFAULT_CLIENT, globalEnhancers = false }) => ({
      ...definition,
      imports: [...(definition.imports ?? []), TaskHandlersModule],
      providers: [
        ...(definition.providers ?? []),
        { provide: QUEUE_INSTANCE, useExisting: getQueueInstanceToken(client) },
        { provide: GLOBAL_ENHANCERS, useValue: globalEnhancers },
        WorkerOrchestrator,
      ],
      exports: [WorkerOrchestrator],
    }),
  )
  .build();
