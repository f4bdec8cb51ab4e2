import type { ModuleRef } from '@nestjs/core';
import type { TaskRouter, TaskRouterClass } from '../../core/client/routing/routes.js';
import { InvalidOptionError } from '../../core/errors/option-errors.js';

/**
 * The provider of a router that `routes` names by its class, from any module of the application.
 * @throws InvalidOptionError
 */
export function findRouter(modules: ModuleRef, type: TaskRouterClass): TaskRouter {
  try {
    return modules.get(type, { strict: false });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidOptionError(
      'routes',
      type,
      `made of providers that are no request-scoped ones: add ${type.name} to the providers of a module (${reason})`,
    );
  }
}
