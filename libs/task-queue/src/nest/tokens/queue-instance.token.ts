import type { InjectionToken } from '@nestjs/common';
import type { QueueInstance } from '../../assembly/queue-instance.js';

/** The token of what a named TaskQueueModule has opened; for what stands on it (workers, admin, health checks). */
export function getQueueInstanceToken(name: string): InjectionToken<QueueInstance> {
  return `TaskQueueInstance:${name}`;
}
