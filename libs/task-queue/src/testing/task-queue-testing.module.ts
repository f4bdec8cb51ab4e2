import { Module, type DynamicModule } from '@nestjs/common';
import { STAND_IN } from '../nest/tokens/stand-in.js';
import { TaskHandlersModule } from '../nest/module/task-handlers.module.js';
import { TaskQueueModule } from '../nest/task-queue.module.js';
import { FakeClock } from './fake-clock.js';
import { TestQueue } from './test-queue.js';
import { TestStage } from './test-stage.js';
import { checkTestingOptions, TEST_WORKER_OPTIONS, type TestingOptions, type TestingRootOptions } from './testing-options.js';

/**
 * Runs an application's tasks on a queue in memory, with a clock that the test moves. `app.get(TestQueue)` lists the sent
 * tasks and runs them.
 */
@Module({})
export class TaskQueueTestingModule {
  /**
   * Replaces TaskQueueModule and provides the TaskClient.
   * @example Test.createTestingModule({ imports: [TaskQueueTestingModule.forRoot()], providers: [PostTasks, Mailer] })
   */
  static forRoot(options: TestingRootOptions = {}): DynamicModule {
    const { mode, propagate, clock, worker, ...client } = options;
    const testing = given({ mode, propagate, clock, worker });
    return testingModule(testing, 'TaskQueueTestingModule.forRoot', [TaskQueueModule.forRoot(client)]);
  }

  /**
   * Import it beside the application's own modules, in any order. Its TaskQueueModules keep their options and use the memory
   * transport. Its TaskWorkerModules check their options and start no worker.
   * @example Test.createTestingModule({ imports: [AppModule, TaskQueueTestingModule.takeOver()] })
   */
  static takeOver(options: TestingOptions = {}): DynamicModule {
    return testingModule(options, 'TaskQueueTestingModule.takeOver', []);
  }
}

function testingModule(options: TestingOptions, where: string, imports: readonly DynamicModule[]): DynamicModule {
  const { mode, propagate, clock, worker } = checkTestingOptions(options, where);
  // One stage for each application: a test file may create a new application for each test.
  const stage = () => new TestStage({ clock: clock ?? new FakeClock(), eager: mode === 'eager', eagerPropagates: propagate });
  return {
    module: TaskQueueTestingModule,
    global: true,
    imports: [TaskHandlersModule, ...imports],
    providers: [{ provide: STAND_IN, useFactory: stage }, { provide: TEST_WORKER_OPTIONS, useValue: worker }, TestQueue],
    exports: [STAND_IN, TestQueue, ...imports],
  };
}

function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
