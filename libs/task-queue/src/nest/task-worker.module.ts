import { Module, type DynamicModule } from '@nestjs/common';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { TaskWorkerModuleBase } from './module/task-worker.module-definition.js';
import type { TaskWorkerModuleExtras } from './tokens/task-worker.options.js';

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
