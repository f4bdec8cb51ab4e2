import type { INestApplication } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { SwaggerModule } from '@nestjs/swagger';
import { adminDocument } from '../openapi/admin-document.js';
import type { NodeHandler } from '../mount/mount-point.js';
import { AdminApiModule } from './admin-api.module.js';
import type { AdminServices } from './admin-services.js';
import { Door } from './door.js';

/** The adapter of the application's own server, of which the API takes another one. */
type AdapterClass = new (options?: object) => AbstractHttpAdapter;
type Factory = new () => typeof NestFactory;

/** Characters of a name in a path: ids and names may have more than the 100 of Fastify, and what is too long is told by the routes. */
const LONGEST_NAME = 16_384;

/** Puts the API together as a Nest application that listens nowhere: the application's server hands it requests. */
export class AdminApi {
  private constructor(
    private readonly app: INestApplication,
    readonly handler: NodeHandler,
  ) {}

  static async open(host: AbstractHttpAdapter, services: AdminServices): Promise<AdminApi> {
    const Adapter = host.constructor as AdapterClass;
    const adapter = host.getType() === 'fastify' ? new Adapter({ maxParamLength: LONGEST_NAME }) : new Adapter();
    // A factory of its own: the shared one remembers the options of whoever created last.
    const factory = new (NestFactory.constructor as Factory)();
    const app = await factory.create(AdminApiModule.with(services), adapter, { abortOnError: false, bodyParser: false });
    if (adapter.getType() === 'express') settle(adapter.getInstance(), host.getInstance());
    app.setGlobalPrefix(services.options.path);
    app.use(new Door(services).enter);
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

/** What Express adds to answers by itself; and which proxies it believes, as the application has told its own. */
function settle(own: ExpressSettings, hosts: ExpressSettings): void {
  own.set('x-powered-by', false);
  own.set('etag', false);
  own.set('trust proxy', hosts.get('trust proxy fn'));
}

/** Not of every adapter, hence not of their common type. */
type BodyParsing = AbstractHttpAdapter & { useBodyParser(type: string, rawBody: boolean, options: object): void };

function readJson(adapter: AbstractHttpAdapter, limit: number): void {
  const parsing = adapter as BodyParsing;
  if (adapter.getType() === 'fastify') parsing.useBodyParser('application/json', false, { bodyLimit: limit });
  else parsing.useBodyParser('json', false, { limit, strict: false });
}

/** An Express application is a handler itself; one of Fastify has one. */
async function handlerOf(adapter: AbstractHttpAdapter): Promise<NodeHandler> {
  const instance = adapter.getInstance<NodeHandler | { ready(): Promise<unknown>; routing: NodeHandler }>();
  if (typeof instance === 'function') return instance;
  await instance.ready();
  return (request, response) => instance.routing(request, response);
}
