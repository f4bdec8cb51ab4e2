import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { InvalidRequestError, PreconditionRequiredError } from '../../core/errors/admin-errors.js';
import { rawOf } from './request-state.js';

/** A response as Express has it is that of Node; that of Fastify has it within. */
type AnyResponse = ServerResponse | { readonly raw: ServerResponse };

/**
 * The version that an edit expects, of the header If-Match: null = any (`*`). A weak tag or another's matches none, which the
 * store says then.
 * @throws PreconditionRequiredError · InvalidRequestError
 */
export const IfMatch = createParamDecorator((_: unknown, context: ExecutionContext): number | null => {
  return versionOf(rawOf(context.switchToHttp().getRequest<IncomingMessage>()).headers['if-match']);
});

/** Sets the ETag of the answer. */
export const Tag = createParamDecorator((_: unknown, context: ExecutionContext): SetTag => {
  const response = context.switchToHttp().getResponse<AnyResponse>();
  return (version) => void ('raw' in response ? response.raw : response).setHeader('ETag', `"${version}"`);
});

export type SetTag = (version: number) => void;

/** no version is that */
const NONE = -1;

export function versionOf(header: string | undefined): number | null {
  const tag = header?.trim();
  if (tag === undefined || tag === '') throw new PreconditionRequiredError();
  if (tag === '*') return null;
  if (!/^(W\/)?"[^"]*"$/.test(tag))
    throw new InvalidRequestError([{ parameter: 'If-Match', detail: 'It must be one ETag, such as "3", or *.' }]);
  const [, version] = /^"(\d{1,15})"$/.exec(tag) ?? [];
  return version === undefined ? NONE : Number(version);
}
