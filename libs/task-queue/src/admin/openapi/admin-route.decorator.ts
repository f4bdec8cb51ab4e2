import { applyDecorators, HttpCode, SetMetadata } from '@nestjs/common';
import { ApiHeader, ApiOperation, ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';
import type { AdminRole } from '../../core/ports/stores/admin-actor.js';
import { problem, PROBLEM_TYPE } from '../http/problem.js';
import { documented } from './contract.js';

const ROUTE = 'nestjs-task-queue:admin-route';

/** What is true of a route beside its method and path. */
export interface RouteContract {
  readonly summary: string;
  readonly description?: string;
  /** the least that may use it */
  readonly role: AdminRole;
  /** default 200 */
  readonly status?: number;
  /** absent: there is no body */
  readonly answer?: z.ZodType;
  /** its answer carries an ETag */
  readonly etag?: true;
  /** it needs If-Match */
  readonly ifMatch?: true;
  /** what it is called in the audit log; absent: it is not kept, since it changes nothing */
  readonly audit?: string;
  /** statuses of its problems, beside those that every route has */
  readonly problems?: readonly number[];
}

const EVERY = [400, 401, 403, 429, 500, 503];
const MEANINGS: Record<number, string> = {
  400: 'The request is wrong; `errors` says where',
  401: 'No credentials, or wrong ones',
  403: 'The role does not suffice, or the request comes from another site',
  404: 'There is no such thing',
  409: 'It contradicts what is there',
  412: 'It was edited since it was read',
  413: 'The body is too large',
  415: 'The body is no JSON',
  428: 'If-Match is missing',
  429: 'Too many wrong credentials',
  500: 'Something went wrong here',
  501: 'It cannot be done as things are set up',
  502: 'The worker could not do it',
  503: 'The broker or the database cannot be reached',
  504: 'The worker has not answered in time',
};
const ETAG = { ETag: { description: 'the version, for If-Match', schema: { type: 'string' as const } } };

/** Declares a route: who may use it, what it answers, what it is called. The guard, the audit log and the document go by it. */
export function AdminRoute(route: RouteContract): MethodDecorator {
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
    ...[...failures].map((failure) => ApiResponse({ status: failure, description: MEANINGS[failure]!, content: { [PROBLEM_TYPE]: { schema: documented(problem) } } })), // prettier-ignore
    ...(ifMatch ? [ApiHeader({ name: 'If-Match', required: true, description: 'the ETag that was read, or *', schema: { type: 'string' } })] : []), // prettier-ignore
  );
}

/** @returns undefined = it is no route of the admin API */
export function routeOf(handler: Function): RouteContract | undefined {
  return Reflect.getMetadata(ROUTE, handler) as RouteContract | undefined;
}
