import { ConfigurableModuleBuilder, Module, type DynamicModule } from '@nestjs/common';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { WorkerOrchestrator } from './lifecycle/worker.orchestrator.js';
import { TaskHandlersModule } from './module/task-handlers.module.js';
import { DEFAULT_CLIENT, getQueueInstanceToken, GLOBAL_ENHANCERS, QUEUE_INSTANCE, TASK_WORKER_OPTIONS } from './tokens/tokens.js';

export interface TaskWorkerModuleExtras {
  /** the `name` of the TaskQueueModule whose queues it consumes */
  client?: string;
  /** default false. true: the application's global guards, interceptors, pipes and filters run for tasks, too */
  globalEnhancers?: boolean;
}

const { ConfigurableModuleClass: TaskWorkerModuleBase } = new ConfigurableModuleBuilder<WorkerOptionsInput>({
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

/**
 * Makes an application a worker: it runs the tasks of its providers and controllers. Needs a TaskQueueModule. Started by
 * `runWorker`; in an application that also does other things, import it last.
 */
@Module({})
export class TaskWorkerModule extends TaskWorkerModuleBase {
  static override forRoot(options: WorkerOptionsInput & TaskWorkerModuleExtras = {}): DynamicModule {
    return super.forRoot(options);
  }
}
