import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { catchError, concatMap, from, map, type Observable } from 'rxjs';
import { TaskQueueError } from '../../core/errors/task-queue-error.js';
import { stateOf } from '../http/request-state.js';
import { routeOf } from '../openapi/admin-route.decorator.js';
import { AuditTrail } from './audit-trail.js';
import { noteOf } from './audit-note.js';

/** Records each request that changes something, or tried to, before it is answered. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly trail: AuditTrail) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const action = routeOf(context.getHandler())?.audit;
    if (action === undefined) return next.handle();
    const state = stateOf(context.switchToHttp().getRequest());
    const record = (outcome: string) => from(this.trail.record(state, action, outcome, noteOf(context)));
    return next.handle().pipe(
      concatMap((answer: unknown) => record('done').pipe(map(() => answer))),
      catchError((error: unknown) => record(error instanceof TaskQueueError ? error.code : 'INTERNAL_ERROR').pipe(map(() => { throw error; }))), // prettier-ignore
    );
  }
}
