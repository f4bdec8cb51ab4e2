import { Injectable, Module } from '@nestjs/common';
import type { RoutedCall, TaskRouter } from 'nestjs-task-queue';

@Injectable()
export class Tenants {
  hasOwnWorkers(tenant: unknown): boolean {
    return tenant === 'acme';
  }
}

@Injectable()
export class TenantRouter implements TaskRouter {
  constructor(private readonly tenants: Tenants) {}

  route({ options }: RoutedCall) {
    const tenant = options.headers?.tenant;
    return this.tenants.hasOwnWorkers(tenant) ? `tenant-${String(tenant)}` : null; // null: the next router decides
  }
}

@Module({ providers: [Tenants, TenantRouter] })
export class TenantsModule {}
