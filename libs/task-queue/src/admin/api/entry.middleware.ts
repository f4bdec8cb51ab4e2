import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 } from 'uuid';
import { openState } from '../http/request-state.js';
import { refuseCrossSite } from '../http/refuse-cross-site.js';
import { setSecurityHeaders } from '../http/security-headers.js';
import type { AdminServices } from './admin-api.module.js';

const REQUEST_ID = /^[\w.:-]{8,100}$/;

/**
 * Middleware that every request passes first, including those for documents and unknown routes. It assigns the request id,
 * sets security headers and authenticates the caller, before any of the body is read.
 */
export class EntryMiddleware {
  constructor(private readonly services: Pick<AdminServices, 'authenticator' | 'options'>) {}

  readonly enter = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    void this.#admit(request, response).then(() => next(), next);
  };

  async #admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticator, options } = this.services;
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : v7();
    // Opened before any code of the application runs, because the problem filter needs the state to answer its errors.
    const state = openState(request, id);
    removeHostHeaders(response);
    response.setHeader('X-Request-Id', id);
    setSecurityHeaders(response, { isPage: request.url?.startsWith(`/${options.path}/docs`) === true });
    // No 304: an ETag is the version of a schedule's definition, and runs change the answer without changing it.
    delete request.headers['if-none-match'];
    refuseCrossSite(request);
    state.address = options.clientAddress?.(request) ?? addressOf(request);
    state.actor = await authenticator.authenticate(request, response, state.address);
  }
}

/** The application's server may have set CORS headers by now; its CORS policy does not apply here. */
function removeHostHeaders(response: ServerResponse): void {
  const names = response.getHeaderNames().filter((name) => name.startsWith('access-control-'));
  for (const name of [...names, 'x-powered-by']) response.removeHeader(name);
}

/** Behind a trusted proxy, Express has the client's address in `ip`. */
function addressOf(request: IncomingMessage & { readonly ip?: string }): string {
  return request.ip ?? request.socket.remoteAddress ?? '';
}
