import { ConfigurableModuleBuilder } from '@nestjs/common';
import { getQueueInstanceToken } from '../nest/tokens/queue-instance.token.js';
import { DEFAULT_CLIENT, getTaskClientToken } from '../nest/tokens/task-client.token.js';
import { getTaskSchedulesToken } from '../nest/module/task-schedules.provider.js';
import { QUEUE_INSTANCE } from '../nest/tokens/tokens.js';
import { TASK_ADMIN_OPTIONS, type AdminModuleExtras, type AdminOptionsInput } from './task-admin.options.js';
import { SERVED_CLIENT, SERVED_SCHEDULES } from './tokens.js';

export const { ConfigurableModuleClass: TaskAdminModuleBase } = new ConfigurableModuleBuilder<AdminOptionsInput>({
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
