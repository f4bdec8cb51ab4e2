import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { AdminActor } from '../../core/ports/stores/admin-actor.js';
import { stateOf } from '../http/request-state.js';

/** Who asks. */
export const Actor = createParamDecorator((_: unknown, context: ExecutionContext): AdminActor => {
  return stateOf(context.switchToHttp().getRequest()).actor!;
});
