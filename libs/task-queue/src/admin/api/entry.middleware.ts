import type { IncomingMessage, ServerResponse } from 'node:http';
import { v7 } from 'uuid';
import { openState } from '../http/request-state.js';
import { refuseCrossSite } from '../http/refuse-cross-site.js';
import { setSecurityHeaders } from '../http/security-headers.js';
import type { AdminServices } from './admin-services.js';

const REQUEST_ID = /^[\w.:-]{8,100}$/;

/**
 * What every request passes first, documents and unknown routes included: it gets an id, its answer the headers that keep
 * browsers from harm, and it must come from somebody who is known. Nothing of its body has been read by then.
 */
export class Door {
  constructor(private readonly services: Pick<AdminServices, 'authenticator' | 'options'>) {}

  readonly enter = (request: IncomingMessage, response: ServerResponse, next: (error?: unknown) => void): void => {
    void this.#admit(request, response).then(() => next(), next);
  };

  async #admit(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticator, options } = this.services;
    const given = request.headers['x-request-id'];
    const id = typeof given === 'string' && REQUEST_ID.test(given) ? given : v7();
    // Before anything of the application's is called: what goes wrong from here on is answered as a problem.
    const state = openState(request, id);
    removeHeadersOfTheHost(response);
    response.setHeader('X-Request-Id', id);
    setSecurityHeaders(response, { isPage: request.url?.startsWith(`/${options.path}/docs`) === true });
    // An ETag is the version of what a schedule says, its runs change the answer without it: there is no 304.
    delete request.headers['if-none-match'];
    refuseCrossSite(request);
    state.address = options.clientAddress?.(request) ?? addressOf(request);
    state.actor = await authenticator.authenticate(request, response, state.address);
  }
}

/** What the application's server may have set by then: of its CORS nothing applies here. */
function removeHeadersOfTheHost(response: ServerResponse): void {
  const names = response.getHeaderNames().filter((name) => name.startsWith('access-control-'));
  for (const name of [...names, 'x-powered-by']) response.removeHeader(name);
}

/** Express knows it behind a proxy that it trusts. */
function addressOf(request: IncomingMessage & { readonly ip?: string }): string {
  return request.ip ?? request.socket.remoteAddress ?? '';
}
