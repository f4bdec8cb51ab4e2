import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidRequestError, PreconditionRequiredError } from '../../core/errors/admin-errors.js';
import { rawOf } from './request-state.js';

/** Express passes Node's response, Fastify wraps it. */
type AnyResponse = ServerResponse | { readonly raw: ServerResponse };

/**
 * The version in the header If-Match; null for `*`, any version. A weak or foreign tag becomes a version that no schedule has,
 * so that the store refuses the edit.
 * @throws PreconditionRequiredError · InvalidRequestError
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null => {
  return versionOf(rawOf(context.switchToHttp().getRequest<IncomingMessage>()).headers['if-match']);
});

/** Injects a function that sets the ETag of the answer. */
export const Tag = createParamDecorator((_: unknown, context: ExecutionContext): SetTag => {
  const response = context.switchToHttp().getResponse<AnyResponse>();
  return (version) => void ('raw' in response ? response.raw : response).setHeader('ETag', `"${version}"`);
});

export type SetTag = (version: number) => void;

/** a version that no schedule has */
const NO_VERSION = -1;

export function versionOf(header: string | undefined): number | null {
  const tag = header?.trim();
  if (tag === undefined || tag === '') throw new PreconditionRequiredError();
  if (tag === '*') return null;
  if (!/^(W\/)?"[^"]*"$/.test(tag))
    throw new InvalidRequestError([{ parameter: 'If-Match', detail: 'It must be one ETag, such as "3", or *.' }]);
  const [, version] = /^"(\d{1,15})"$/.exec(tag) ?? [];
  return version === undefined ? NO_VERSION : Number(version);
}
