import { createParamDecorator, Get, type ExecutionContext } from '@nestjs/common';
import { z } from 'zod';
import { ADMIN_ROLES, type AdminActor } from '../../core/ports/stores/admin-actor.js';
import { stateOf } from '../http/request-state.js';
import { AdminController, AdminRoute } from '../openapi/admin-route.decorator.js';
import { named } from '../openapi/contract.js';

export const actorView = named('Actor', z.strictObject({ name: z.string(), role: z.enum(ADMIN_ROLES) }));

/** The authenticated caller. */
const Actor = createParamDecorator((_: unknown, context: ExecutionContext) => stateOf(context.switchToHttp().getRequest()).actor!);

@AdminController('me', 'Who you are')
export class MeController {
  @Get()
  @AdminRoute({ summary: 'Get your name and role', role: 'viewer', answer: actorView })
  me(@Actor() actor: AdminActor) {
    return actor;
  }
}
