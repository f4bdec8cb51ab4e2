import type { InjectionToken } from '@nestjs/common';
import type { TaskSchedules } from '../core/beat/task-schedules.js';
import type { TaskClient } from '../core/client/task-client.js';
import type { AuditLog } from '../core/ports/stores/audit-log.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import type { Authenticator } from './auth/authenticator.js';
import type { AdminOptions } from './task-admin.options.js';

// Inside the admin API, whose providers are separate from the application's.
export const ADMIN_OPTIONS: InjectionToken<AdminOptions> = Symbol('ADMIN_OPTIONS');
export const ADMIN_LOGGER: InjectionToken<TaskLogger> = Symbol('ADMIN_LOGGER');
export const AUTHENTICATOR: InjectionToken<Authenticator> = Symbol('AUTHENTICATOR');
export const AUDIT_LOG: InjectionToken<AuditLog> = Symbol('AUDIT_LOG');

// Inside TaskAdminModule: the client and the schedules that the API administers.
export const SERVED_CLIENT: InjectionToken<TaskClient> = Symbol('SERVED_CLIENT');
export const SERVED_SCHEDULES: InjectionToken<TaskSchedules> = Symbol('SERVED_SCHEDULES');
