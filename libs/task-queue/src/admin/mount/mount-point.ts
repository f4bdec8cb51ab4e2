import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

type Next = (error?: unknown) => void;

/**
 * The place in the application's server from which requests go to the admin API. It is in the server's own terms, not
 * Nest's, so that no global prefix moves it.
 */
export class MountPoint {
  readonly #prefix: string;
  #handler: NodeHandler | undefined;
  #isMounted = false;

  constructor(path: string) {
    this.#prefix = `/${path}`;
  }

  /** Before the application's CORS, body parsers and other middleware, which are set up once the server is there. */
  beforeEverything(host: HttpAdapterHost): void {
    host.init$.subscribe(() => this.at(host.httpAdapter));
  }

  /** Behind what the application has set up by now, unless it was mounted before. */
  at(server: HttpServer | undefined): void {
    if (this.#isMounted || typeof server?.use !== 'function') return;
    this.#isMounted = true;
    server.use((request: IncomingMessage, response: ServerResponse, next: Next) => this.#pass(request, response, next));
  }

  /** Lets requests in; until then they are answered 503. */
  serve(handler: NodeHandler): void {
    this.#handler = handler;
  }

  #pass(request: IncomingMessage, response: ServerResponse, next: Next): void {
    if (!this.#isWithin(request.url ?? '')) return next();
    if (this.#handler !== undefined) return this.#handler(request, response);
    response.statusCode = 503;
    response.end();
  }

  #isWithin(url: string): boolean {
    return url.startsWith(this.#prefix) && /^(?:[/?]|$)/.test(url.slice(this.#prefix.length));
  }
}
