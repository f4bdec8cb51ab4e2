import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ForbiddenError } from '../../core/errors/admin-errors.js';
import { ADMIN_ROLES, type AdminRole } from '../../core/ports/stores/admin-actor.js';
import { AuditTrail } from '../audit/audit-trail.js';
import { noteOf } from '../audit/audit-note.js';
import { stateOf } from '../http/request-state.js';
import { routeOf } from '../openapi/admin-route.decorator.js';

/** Admits callers whose role is sufficient for the route. A route without a role admits no caller. */
@Injectable()
export class RoleGuard implements CanActivate {
  constructor(private readonly trail: AuditTrail) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = routeOf(context.getHandler());
    const state = stateOf(context.switchToHttp().getRequest());
    if (route !== undefined && state.actor !== undefined && suffices(state.actor.role, route.role)) return true;
    const error = new ForbiddenError(`This needs the role '${route?.role ?? 'none'}'; '${state.actor?.name}' is '${state.actor?.role}'.`);
    if (route?.audit !== undefined) await this.trail.record(state, route.audit, error.code, noteOf(context));
    throw error;
  }
}

function suffices(role: AdminRole, needed: AdminRole): boolean {
  return ADMIN_ROLES.indexOf(role) >= ADMIN_ROLES.indexOf(needed);
}
