import type { TaskSchedules } from '../../core/beat/task-schedules.js';
import type { TaskClient } from '../../core/client/task-client.js';
import type { QueueInstance } from '../../assembly/queue-instance.js';
import type { AuditLog } from '../../core/ports/stores/audit-log.js';
import type { Clock } from '../../core/ports/runtime/clock.js';
import type { TaskLogger } from '../../core/ports/runtime/logger.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { AdminOptions } from '../task-admin.options.js';

/** What the admin API is given of the application. */
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
