import type { TaskSchedules } from '../../beat/task-schedules.js';
import type { TaskClient } from '../../client/task-client.js';
import type { QueueInstance } from '../../nest/queue-instance.js';
import type { AuditLog, Clock, TaskLogger } from '../../ports/index.js';
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
