import type { ExecutionContext } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { ADMIN_ROLES, type AdminRole } from '../../core/ports/stores/admin-actor.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import { openState } from '../http/request-state.js';
import { AdminRoute } from '../openapi/admin-route.decorator.js';
import { RoleGuard } from './role.guard.js';

class Routes {
  @AdminRoute({ summary: '', role: 'operator' })
  operate(): void {}

  forgotten(): void {}
}

function may(role: AdminRole, handler: () => void): Promise<boolean> {
  const request = { params: {} } as never;
  openState(request, 'x').actor = { name: 'ada', role };
  const context = { getHandler: () => handler, switchToHttp: () => ({ getRequest: () => request }) } as unknown as ExecutionContext;
  return new RoleGuard({} as AuditTrail).canActivate(context);
}

describe('RoleGuard', () => {
  const routes = new Routes();

  it('admits the role of the route and higher roles', async () => {
    await expect(may('viewer', routes.operate)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(may('operator', routes.operate)).resolves.toBe(true);
    await expect(may('admin', routes.operate)).resolves.toBe(true);
  });

  it.each(ADMIN_ROLES)('admits no caller to a route without a role, not even %s', async (role) => {
    await expect(may(role, routes.forgotten)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  });
});
