import { Module, type DynamicModule } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { TaskSchedules } from '../../core/beat/task-schedules.js';
import { AskWorkers } from '../../core/control/ask-workers.js';
import { TaskClient } from '../../core/client/task-client.js';
import { TaskControl } from '../../core/control/task-control.js';
import { TaskInspect } from '../../core/control/task-inspect.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { AuditLog } from '../../core/ports/stores/audit-log.js';
import type { Authenticator } from '../auth/authenticator.js';
import { QUEUE_INSTANCE, TASK_CLOCK } from '../../nest/tokens/tokens.js';
import { AuditController } from '../audit/audit.controller.js';
import { AuditInterceptor } from '../audit/audit.interceptor.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { MeController } from '../auth/me.controller.js';
import { RoleGuard } from '../auth/role.guard.js';
import { DeadLettersController } from '../dead-letters/dead-letters.controller.js';
import { ProblemFilter } from '../http/problem.filter.js';
import { QueuesController } from '../queues/queues.controller.js';
import { ScheduleActionsController } from '../schedules/schedule-actions.controller.js';
import { SchedulesController } from '../schedules/schedules.controller.js';
import { TaskLookup } from '../tasks/task-lookup.js';
import { TasksController } from '../tasks/tasks.controller.js';
import { RatesController, WorkerCommandsController } from '../workers/worker-commands.controller.js';
import { WorkersController } from '../workers/workers.controller.js';
import { ADMIN_LOGGER, ADMIN_OPTIONS, AUDIT_LOG, AUTHENTICATOR } from '../tokens.js';
import type { AdminOptions } from '../task-admin.options.js';

/** What the admin API uses of the application. */
export interface AdminServices {
  readonly options: AdminOptions;
  readonly audit: AuditLog;
  readonly authenticator: Authenticator;
  readonly logger: TaskLogger;
  readonly clock: Clock;
  readonly instance: QueueInstance;
  readonly client: TaskClient;
  readonly schedules: TaskSchedules;
}

/** The admin API as a separate Nest application: its routes, role guard, audit interceptor and problem filter. */
@Module({})
export class AdminApiModule {
  static with({ options, audit, authenticator, logger, clock, instance, client, schedules }: AdminServices): DynamicModule {
    const workers = new AskWorkers(instance.transport.control, clock);
    return {
      module: AdminApiModule,
      controllers: [
        ScheduleActionsController,
        SchedulesController,
        TasksController,
        QueuesController,
        WorkersController,
        WorkerCommandsController,
        RatesController,
        DeadLettersController,
        AuditController,
        MeController,
      ],
      providers: [
        { provide: ADMIN_OPTIONS, useValue: options },
        { provide: ADMIN_LOGGER, useValue: logger },
        { provide: AUDIT_LOG, useValue: audit },
        { provide: AUTHENTICATOR, useValue: authenticator },
        { provide: TASK_CLOCK, useValue: clock },
        { provide: QUEUE_INSTANCE, useValue: instance },
        { provide: TaskClient, useValue: client },
        { provide: TaskSchedules, useValue: schedules },
        { provide: TaskInspect, useValue: new TaskInspect(workers) },
        { provide: TaskControl, useValue: new TaskControl({ workers, client, options: instance.options }) },
        TaskLookup,
        AuditTrail,
        { provide: APP_GUARD, useClass: RoleGuard },
        { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
        { provide: APP_FILTER, useClass: ProblemFilter },
      ],
    };
  }
}
