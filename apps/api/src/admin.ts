import type { DynamicModule } from '@nestjs/common';
import { TaskAdminModule } from 'nestjs-task-queue/admin';
import type { Settings } from './settings.js';

/** The admin API at `/admin`, for whoever has the token. Without one it is not there. */
export function adminModules({ adminTokenHash: hash }: Settings): DynamicModule[] {
  if (hash === undefined) return [];
  return [TaskAdminModule.forRoot({ auth: { tokens: [{ name: 'operator', role: 'admin', hash }] } })];
}
