import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpServer } from '@nestjs/common';
import type { HttpAdapterHost } from '@nestjs/core';

export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void;

type Next = (error?: unknown) => void;

/**
 * Middleware of the application's server that passes requests under the path to the admin API. It is registered with the
 * server itself, not with Nest, so that no global prefix moves it.
 */
export class MountPoint {
  readonly #prefix: string;
  #handler: NodeHandler | undefined;
  #isMounted = false;

  constructor(path: string) {
    this.#prefix = `/${path}`;
  }

  /** Mounts before the application's CORS, body parsers and other middleware, as soon as the server exists. */
  beforeEverything(host: HttpAdapterHost): void {
    host.init$.subscribe(() => this.at(host.httpAdapter));
  }

  /** Mounts after the middleware that the application has set up by now, unless it is mounted already. */
  at(server: HttpServer | undefined): void {
    if (this.#isMounted || typeof server?.use !== 'function') return;
    this.#isMounted = true;
    server.use((request: IncomingMessage, response: ServerResponse, next: Next) => this.#pass(request, response, next));
  }

  /** Starts passing requests to the handler; until then they are answered with 503. */
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
