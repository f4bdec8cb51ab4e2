import type { INestApplication } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { SwaggerModule } from '@nestjs/swagger';
import { adminDocument } from '../openapi/admin-document.js';
import type { NodeHandler } from '../mount/mount-point.js';
import { AdminApiModule } from './admin-api.module.js';
import type { AdminServices } from './admin-api.module.js';
import { EntryMiddleware } from './entry.middleware.js';

/** The class of the application's HTTP adapter. The API creates a second instance of it. */
type AdapterClass = new (options?: object) => AbstractHttpAdapter;
type Factory = new () => typeof NestFactory;

/** Fastify's limit for a path parameter, raised from 100 characters: ids may be longer, and the routes themselves check the length. */
const MAX_PARAM_LENGTH = 16_384;

/** The admin API as a Nest application without a server of its own: the application's server passes requests to its `handler`. */
export class AdminApi {
  private constructor(
    private readonly app: INestApplication,
    readonly handler: NodeHandler,
  ) {}

  static async open(host: AbstractHttpAdapter, services: AdminServices): Promise<AdminApi> {
    const Adapter = host.constructor as AdapterClass;
    const adapter = host.getType() === 'fastify' ? new Adapter({ maxParamLength: MAX_PARAM_LENGTH }) : new Adapter();
    // A new factory: the shared one keeps the options of the last application that it created.
    const factory = new (NestFactory.constructor as Factory)();
    const app = await factory.create(AdminApiModule.with(services), adapter, { abortOnError: false, bodyParser: false });
    if (adapter.getType() === 'express') configureExpress(adapter.getInstance(), host.getInstance());
    app.setGlobalPrefix(services.options.path);
    app.use(new EntryMiddleware(services).enter);
    readJson(adapter, services.options.bodyLimit);
    serveDocument(app, services);
    await app.init();
    return new AdminApi(app, await handlerOf(adapter));
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

function serveDocument(app: INestApplication, services: AdminServices): void {
  SwaggerModule.setup('docs', app, () => adminDocument(app, services), {
    ui: services.options.docs,
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    raw: ['json'],
    customSiteTitle: 'Task queue admin API',
  });
}

interface ExpressSettings {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
}

/** Turns off the headers that Express adds, and trusts the same proxies as the application's server. */
function configureExpress(own: ExpressSettings, hosts: ExpressSettings): void {
  own.set('x-powered-by', false);
  own.set('etag', false);
  own.set('trust proxy', hosts.get('trust proxy fn'));
}

/** The adapters' common type does not declare `useBodyParser`. */
type BodyParsing = AbstractHttpAdapter & { useBodyParser(type: string, rawBody: boolean, options: object): void };

function readJson(adapter: AbstractHttpAdapter, limit: number): void {
  const parsing = adapter as BodyParsing;
  if (adapter.getType() === 'fastify') parsing.useBodyParser('application/json', false, { bodyLimit: limit });
  else parsing.useBodyParser('json', false, { limit, strict: false });
}

/** An Express application is a handler; a Fastify application has one. */
async function handlerOf(adapter: AbstractHttpAdapter): Promise<NodeHandler> {
  const instance = adapter.getInstance<NodeHandler | { ready(): Promise<unknown>; routing: NodeHandler }>();
  if (typeof instance === 'function') return instance;
  await instance.ready();
  return (request, response) => instance.routing(request, response);
}
