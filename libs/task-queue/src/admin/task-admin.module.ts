import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type DynamicModule,
  type NestModule,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import type { TaskSchedules } from '../core/beat/task-schedules.js';
import type { TaskClient } from '../core/client/task-client.js';
import {
  DEFAULT_CLIENT,
  getQueueInstanceToken,
  getTaskClientToken,
  getTaskSchedulesToken,
  QUEUE_INSTANCE,
  TASK_CLOCK,
  TASK_LOGGER,
} from '../nest/tokens/tokens.js';
import type { QueueInstance } from '../assembly/queue-instance.js';
import type { Clock } from '../core/ports/runtime/clock.js';
import type { TaskLogger } from '../core/ports/runtime/logger.js';
import { AdminApi } from './api/admin-api.js';
import { openAuthenticator } from './auth/open-authenticator.js';
import { openAuditLog } from './audit/open-audit-log.js';
import { MountPoint } from './mount/mount-point.js';
import {
  checkAdminOptions,
  TASK_ADMIN_OPTIONS,
  type AdminModuleExtras,
  type AdminOptions,
  type AdminOptionsInput,
} from './task-admin.options.js';
import { SERVED_CLIENT, SERVED_SCHEDULES } from './tokens.js';

const { ConfigurableModuleClass: TaskAdminModuleBase } = new ConfigurableModuleBuilder<AdminOptionsInput>({
  optionsInjectionToken: TASK_ADMIN_OPTIONS as symbol,
})
  .setClassMethodName('forRoot')
  .setExtras<AdminModuleExtras>({ client: DEFAULT_CLIENT }, (definition, { client = DEFAULT_CLIENT }) => ({
    ...definition,
    providers: [
      ...(definition.providers ?? []),
      { provide: QUEUE_INSTANCE, useExisting: getQueueInstanceToken(client) },
      { provide: SERVED_CLIENT, useExisting: getTaskClientToken(client) },
      { provide: SERVED_SCHEDULES, useExisting: getTaskSchedulesToken(client) },
    ],
  }))
  .build();

/**
 * Mounts the admin API beside the application's routes. The API is a separate Nest application: global prefixes, pipes,
 * guards, interceptors and filters do not apply to it. It refuses every caller that `auth` does not name. It needs a
 * TaskQueueModule. In a process without an HTTP server, such as a worker, it serves nothing.
 * @example TaskAdminModule.forRoot({ auth: { tokens: [{ name: 'ops', role: 'operator', hash: process.env.ADMIN_TOKEN_HASH! }] } })
 */
@Module({})
export class TaskAdminModule extends TaskAdminModuleBase implements NestModule, OnModuleInit, OnApplicationShutdown {
  readonly #options: AdminOptions;
  readonly #mount: MountPoint;
  #api: AdminApi | undefined;

  constructor(
    @Inject(TASK_ADMIN_OPTIONS) input: AdminOptionsInput,
    @Inject(QUEUE_INSTANCE) private readonly instance: QueueInstance,
    @Inject(SERVED_CLIENT) private readonly client: TaskClient,
    @Inject(SERVED_SCHEDULES) private readonly schedules: TaskSchedules,
    @Inject(TASK_LOGGER) private readonly logger: TaskLogger,
    @Inject(TASK_CLOCK) private readonly clock: Clock,
    private readonly modules: ModuleRef,
    private readonly host: HttpAdapterHost,
  ) {
    super();
    this.#options = checkAdminOptions(input);
    this.#mount = new MountPoint(this.#options.path);
    if (!('guard' in this.#options.auth)) this.#mount.beforeEverything(host);
  }

  /** Checks the options at once. @throws AdminUnguardedError · UnknownOptionError · InvalidOptionError */
  static override forRoot(options: AdminOptionsInput & AdminModuleExtras): DynamicModule {
    const { client: _client, ...input } = options ?? {};
    checkAdminOptions(input as AdminOptionsInput);
    return super.forRoot(options);
  }

  /** With a guard, mounts after the application's `app.use` (the guard may need sessions or cookies) and before its routes. */
  configure(): void {
    this.#mount.at(this.host.httpAdapter);
  }

  async onModuleInit(): Promise<void> {
    const { httpAdapter } = this.host;
    // An application context without a server has no adapter, or an inert one.
    if (typeof httpAdapter?.getType !== 'function') return;
    const { logger, clock, instance, client, schedules } = this;
    const options = this.#options;
    const audit = await openAuditLog(options, instance.options.keyPrefix);
    const authenticator = await openAuthenticator(options.auth, clock, this.modules);
    this.#api = await AdminApi.open(httpAdapter, { options, audit, authenticator, logger, clock, instance, client, schedules });
    this.#mount.serve(this.#api.handler);
  }

  /** Nest calls it after the server has answered its open requests. */
  async onApplicationShutdown(): Promise<void> {
    await this.#api?.close();
  }
}
