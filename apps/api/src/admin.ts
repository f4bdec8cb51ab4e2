import type { DynamicModule } from '@nestjs/common';
import { TaskAdminModule } from 'nestjs-task-queue/admin';
import type { Settings } from './settings.js';

/** The admin API at `/admin`, which requires the token. Without a configured token there is no admin API. */
export function adminModules({ adminTokenHash: hash }: Settings): DynamicModule[] {
  if (hash === undefined) return [];
  return [TaskAdminModule.forRoot({ auth: { tokens: [{ name: 'operator', role: 'admin', hash }] } })];
}
