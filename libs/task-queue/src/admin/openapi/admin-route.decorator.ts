import { applyDecorators, Controller, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { z } from 'zod';
import type { AdminRole } from '../../core/ports/stores/admin-actor.js';
import { problem, PROBLEM_TYPE } from '../http/problem.js';
import { documented } from './contract.js';

const ROUTE = 'nestjs-task-queue:admin-route';

/** What the guard, the audit log and the OpenAPI document know of a route beside its method and path. */
export interface RouteContract<Answer extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly description?: string;
  /** the lowest role that may use the route */
  readonly role: AdminRole;
  /** default 200 */
  readonly status?: number;
  /** absent: the answer has no body */
  readonly answer?: Answer;
  /** true: the answer carries an ETag */
  readonly etag?: true;
  /** true: the request needs If-Match */
  readonly ifMatch?: true;
  /** name of the action in the audit log; absent: the route changes nothing and is not recorded */
  readonly audit?: string;
  /** statuses of its problems, beside those of every route, of a body and of If-Match */
  readonly problems?: readonly number[];
}

const EVERY = [400, 401, 403, 429, 500, 503];
const MEANINGS: Record<number, string> = {
  400: 'The request is invalid; `errors` names each fault',
  401: 'The credentials are missing or wrong',
  403: 'The role is not sufficient, or the request comes from another site',
  404: 'It does not exist',
  409: 'It conflicts with the present state',
  412: 'It was edited since it was read',
  413: 'The body is too large',
  415: 'The body is not JSON',
  428: 'If-Match is missing',
  429: 'Too many wrong credentials',
  500: 'The server failed; its log has the reason',
  501: 'This configuration does not support it',
  502: 'The worker could not do it',
  503: 'The broker or the database cannot be reached',
  504: 'The worker did not answer in time',
};
const ETAG = { ETag: { description: 'the version, for If-Match', schema: { type: 'string' as const } } };

/** A controller of the admin API, under its version. */
export function AdminController(path: string, tag: string): ClassDecorator {
  return applyDecorators(Controller(`v1/${path}`), ApiTags(tag));
}

/** A decorator for methods that return the documented answer. */
type AnswerDecorator<Answer extends z.ZodType> = <M extends (...args: never[]) => z.output<Answer> | Promise<z.output<Answer>>>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/** Declares a route: its role, answer and audit action. The compiler checks the method's return type against `answer`. */
export function AdminRoute<Answer extends z.ZodType = z.ZodVoid>(route: RouteContract<Answer>): AnswerDecorator<Answer> {
  const { summary, role, description, status = 200, answer, etag, ifMatch, problems = [] } = route;
  const failures = new Set([...EVERY, ...problems, ...(ifMatch ? [404, 412, 428] : [])]);
  return applyDecorators(
    SetMetadata(ROUTE, route),
    HttpCode(status),
    ApiOperation({ summary, description: [description, `Role: ${role}.`].filter(Boolean).join(' ') }),
    ApiResponse({
      status,
      description: summary,
      ...(answer && { content: { 'application/json': { schema: documented(answer) } } }),
      ...(etag && { headers: ETAG }),
    }),
    ...[...failures].map(ProblemResponse),
    ...(ifMatch ? [ApiHeader({ name: 'If-Match', required: true, description: 'the ETag that was read, or *', schema: { type: 'string' } })] : []), // prettier-ignore
  );
}

/** Documents that a route can answer with a problem of this status. */
export function ProblemResponse(status: number): MethodDecorator {
  return ApiResponse({ status, description: MEANINGS[status]!, content: { [PROBLEM_TYPE]: { schema: documented(problem) } } });
}

/** @returns undefined when the handler is not a route of the admin API */
export function routeOf(handler: Function): RouteContract | undefined {
  return Reflect.getMetadata(ROUTE, handler) as RouteContract | undefined;
}
