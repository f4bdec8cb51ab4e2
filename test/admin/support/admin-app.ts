import type { AddressInfo } from 'node:net';
import type { INestApplication, Provider, Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { systemClock, TASK_CLOCK, TaskQueueModule, type ClientOptionsInput, type Clock } from 'nestjs-task-queue';
import { generateToken, hashToken, TaskAdminModule, type AdminOptionsInput } from 'nestjs-task-queue/admin';
import { RecordedLog } from '../../nest/support/boot.js';
import { uniquePrefix } from '../../support/services.js';

/** A token for each role. */
export const TOKENS = { viewer: generateToken(), operator: generateToken(), admin: generateToken() };

export type Caller = keyof typeof TOKENS;

const AUTH: AdminOptionsInput['auth'] = {
  tokens: Object.entries(TOKENS).map(([role, token]) => ({ name: `the ${role}`, role: role as Caller, hash: hashToken(token) })),
  attempts: { limit: 10_000 },
};

export interface AdminAppInput {
  readonly broker?: string;
  readonly queue?: Partial<ClientOptionsInput>;
  readonly admin?: Partial<AdminOptionsInput>;
  readonly providers?: readonly Provider[];
  readonly controllers?: readonly Type[];
  /** before the application is initialized, as in a `main.ts` */
  readonly setUp?: (app: INestApplication) => void;
  readonly clock?: Clock;
  readonly adapter?: () => Parameters<TestingModule['createNestApplication']>[0] & object;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- whatever was answered
  readonly body: any;
}

/** A client-only application with the admin API, on a port of its own. */
export class AdminApp {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
    readonly log: RecordedLog,
  ) {}

  static async start({
    broker = 'memory://',
    queue,
    admin,
    setUp,
    adapter,
    clock = systemClock,
    ...parts
  }: AdminAppInput = {}): Promise<AdminApp> {
    const log = new RecordedLog();
    const imports = [
      TaskQueueModule.forRoot({ broker, keyPrefix: uniquePrefix('admin'), ...queue }),
      TaskAdminModule.forRoot({ auth: AUTH, ...admin }),
    ];
    const module = await Test.createTestingModule({
      imports,
      providers: [...(parts.providers ?? [])],
      controllers: [...(parts.controllers ?? [])],
    })
      .overrideProvider(TASK_CLOCK)
      .useValue(clock)
      .setLogger(log)
      .compile();
    const app = adapter === undefined ? module.createNestApplication() : module.createNestApplication(adapter());
    setUp?.(app);
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new AdminApp(app, `http://127.0.0.1:${port}`, log);
  }

  /** Sends what the caller would, and reads what is JSON. */
  async send(method: string, path: string, { as, body, headers = {} }: SendOptions = {}): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(as !== undefined && { authorization: `Bearer ${TOKENS[as]}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

export interface SendOptions {
  readonly as?: Caller;
  /** an object is sent as JSON, a text as it is */
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}
