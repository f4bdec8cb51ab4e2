import { Get } from '@nestjs/common';
import { z } from 'zod';
import { ADMIN_ROLES, type AdminActor } from '../../core/ports/stores/admin-actor.js';
import { AdminController } from '../openapi/admin-controller.decorator.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { named } from '../openapi/contract.js';
import { Actor } from './actor.decorator.js';

export const actorView = named('Actor', z.strictObject({ name: z.string(), role: z.enum(ADMIN_ROLES) }));

@AdminController('me', 'Who you are')
export class MeController {
  @Get()
  @AdminRoute({ summary: 'Who you are, and your role', role: 'viewer', answer: actorView })
  me(@Actor() actor: AdminActor): AdminActor {
    return actor;
  }
}
