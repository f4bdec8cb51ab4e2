import {
  applyDecorators,
  HttpCode,
  Injectable,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { AsyncResult } from 'nestjs-task-queue';
import { map, type Observable } from 'rxjs';

/** Turns the task that a route has sent into the response: its id, its status URL, and whether an earlier request sent it. */
@Injectable()
export class AcceptedInterceptor implements NestInterceptor<AsyncResult> {
  constructor(private readonly host: HttpAdapterHost) {}

  intercept(context: ExecutionContext, next: CallHandler<AsyncResult>): Observable<object> {
    const response: unknown = context.switchToHttp().getResponse();
    return next.handle().pipe(
      map(({ id, deduplicated }) => {
        const status = `/tasks/${id}`;
        this.host.httpAdapter.setHeader(response, 'Location', status);
        return { taskId: id, status, deduplicated };
      }),
    );
  }
}

/** The route sends a task and does not wait for it: 202 with a `Location`. */
export const Accepted = () => applyDecorators(HttpCode(202), UseInterceptors(AcceptedInterceptor));
