import type { IncomingMessage } from 'node:http';
import type { InjectionToken } from '@nestjs/common';
import { z } from 'zod';
import type { Duration } from '../core/message/duration.js';
import { checkOptions, durationField, flagField, positiveField } from '../core/options/check-options.js';
import type { AuditLog } from '../core/ports/stores/audit-log.js';
import type { DatabaseHandle } from '../core/ports/runtime/database-handle.js';
import { checkAuth, type AdminAuth, type AdminAuthInput } from './auth/auth-options.js';

/** Options of `TaskAdminModule.forRoot`. */
export interface AdminOptionsInput {
  /** path of the API, independent of the application's global prefix; default 'admin' */
  readonly path?: string;
  /** the credentials, or a guard of the application */
  readonly auth: AdminAuthInput;
  /** the audit log: the application's PostgreSQL, or your own; default: the last 1000 entries, in memory */
  readonly audit?: { readonly database: DatabaseHandle } | AuditLog;
  /** maximum size of a body in bytes; default 256 KB */
  readonly bodyLimit?: number;
  /** the shortest interval of schedules that are made or edited through the API; default '1s' */
  readonly minInterval?: Duration;
  /** Swagger UI at `docs`, for authenticated callers; default true; on Fastify it needs `@fastify/static` */
  readonly docs?: boolean;
  /** the client's address, when Express does not know the proxy (`trust proxy`); wrong credentials are counted by it */
  readonly clientAddress?: (request: IncomingMessage) => string | undefined;
}

export interface AdminModuleExtras {
  /** `name` of the TaskQueueModule to administer */
  client?: string;
}

/** Injects the options of `TaskAdminModule.forRoot` or of its factory. */
export const TASK_ADMIN_OPTIONS: InjectionToken<AdminOptionsInput> = Symbol('TASK_ADMIN_OPTIONS');

const schema = z.object({
  path: z
    .string()
    .transform((path) => path.replace(/^\/+|\/+$/g, ''))
    .refine((path) => /^[\w-]+(\/[\w-]+)*$/.test(path))
    .default('admin')
    .describe("a path of letters, digits, '-' and '_', such as 'admin' or 'internal/tasks'"),
  audit: z
    .custom<NonNullable<AdminOptionsInput['audit']>>((value) => isAudit(value))
    .optional()
    .describe('{ database } of a DataSource or a Pool of pg, or an object with record() and list()'),
  bodyLimit: positiveField
    .max(16 * 1024 * 1024)
    .default(256 * 1024)
    .describe('a whole number of bytes, at most 16 MB'),
  minInterval: durationField().prefault('1s').describe(durationField().description!),
  docs: flagField.default(true).describe(flagField.description!),
  clientAddress: z
    .custom<NonNullable<AdminOptionsInput['clientAddress']>>((value) => typeof value === 'function')
    .optional()
    .describe('a function of the request'),
});

export type AdminOptions = Readonly<z.output<typeof schema>> & { readonly auth: AdminAuth };

/** @throws AdminUnguardedError · UnknownOptionError · InvalidOptionError */
export function checkAdminOptions({ auth, ...input }: AdminOptionsInput): AdminOptions {
  return Object.freeze({ auth: checkAuth(auth), ...checkOptions(schema, input, 'TaskAdminModule') });
}

function isAudit(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { database, record, list } = value as Record<string, unknown>;
  return (typeof database === 'object' && database !== null) || (typeof record === 'function' && typeof list === 'function');
}
