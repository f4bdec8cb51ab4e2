import { Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { TaskQueueModule } from 'nestjs-task-queue';
import { TaskAdminModule } from 'nestjs-task-queue/admin';

interface Employee {
  readonly email: string;
  readonly groups: readonly string[];
}

@Injectable()
export class EmployeeGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: Employee }>();
    const email = request.headers['x-employee']; // in production: a session, or a token of your identity provider
    if (email !== undefined) request.user = { email, groups: email.startsWith('ops.') ? ['ops'] : ['sales'] };
    return email !== undefined;
  }
}

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: 'memory://' }),
    TaskAdminModule.forRoot({
      path: 'internal/tasks',
      auth: {
        guard: EmployeeGuard,
        actor: ({ user }: { user: Employee }) => (user.groups.includes('ops') ? { name: user.email, role: 'operator' } : null),
      },
    }),
  ],
  providers: [EmployeeGuard],
})
export class GuardedModule {}
