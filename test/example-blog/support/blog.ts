import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { DataSource } from 'typeorm';
import { ApiModule } from '../../../apps/api/src/api.module.js';
import { migrateAndSeed } from '../../../apps/api/src/blog/database/seed.js';
import type { TaskView } from '../../../apps/api/src/http/tasks.controller.js';
import { readSettings } from '../../../apps/api/src/settings.js';
import { FakeCrm, type FakeCrmOptions } from '../../../apps/neighbours/src/fake-crm.js';
import { Mailbox, type MailboxOptions } from '../../../apps/neighbours/src/mailbox.js';
import { migrateDatabase } from '../../../libs/task-queue/src/transports/postgres/checks/migrate-database.js';
import { freshDatabase, redisUrl, uniquePrefix } from '../../support/services.js';

export type BrokerKind = 'memory' | 'redis' | 'postgres';

export interface BlogOptions {
  readonly broker: BrokerKind;
  readonly mailbox?: MailboxOptions;
  readonly crm?: FakeCrmOptions;
  /** over the environment variables that a deployment would set */
  readonly env?: Record<string, string>;
  readonly override?: (module: TestingModuleBuilder) => TestingModuleBuilder;
}

const FINISHED = new Set(['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED']);

/** The blog's API as a client sees it. */
export class BlogClient {
  constructor(readonly url: string) {}

  async rows(path: string): Promise<{ id: string; email: string }[]> {
    return (await fetch(this.url + path)).json() as Promise<{ id: string; email: string }[]>;
  }

  post(path: string): Promise<Response> {
    return fetch(this.url + path, { method: 'POST' });
  }

  /** @returns the id of the task that the route has sent */
  async send(path: string): Promise<string> {
    const response = await this.post(path);
    const body = (await response.json()) as { taskId: string };
    if (response.status !== 202) throw new Error(`${path} answered ${response.status} ${JSON.stringify(body)}`);
    return body.taskId;
  }

  async task(id: string): Promise<TaskView> {
    return (await fetch(`${this.url}/tasks/${id}`)).json() as Promise<TaskView>;
  }

  /** Asks about a task until it is what is waited for. */
  async until(id: string, reached: (view: TaskView) => boolean): Promise<TaskView> {
    return until(() => this.task(id), reached);
  }

  finished(id: string): Promise<TaskView> {
    return this.until(id, (view) => FINISHED.has(view.state));
  }
}

/** The example with its neighbours, a database of its own and a worker inside the API. */
export class Blog extends BlogClient {
  private constructor(
    url: string,
    readonly app: INestApplication,
    readonly mailbox: Mailbox,
    readonly crm: FakeCrm,
    private readonly cleanUp: () => Promise<unknown>,
  ) {
    super(url);
  }

  static async start(options: BlogOptions): Promise<Blog> {
    const neighbours = await startNeighbours(options);
    const env = {
      ...neighbours.env,
      ...(await brokerEnv(options.broker, neighbours.env.DATABASE_URL)),
      IN_APP_WORKER: 'true',
      ...options.env,
    };
    const builder = Test.createTestingModule({ imports: [ApiModule.forRoot(readSettings(env))] });
    const module = await (options.override ?? ((same) => same))(builder).compile();
    const app = module.createNestApplication({ logger: false });
    await migrateAndSeed(app.get(DataSource), neighbours.env.DATA_DIR);
    await app.listen(0, '127.0.0.1');
    return new Blog(await app.getUrl(), app, neighbours.mailbox, neighbours.crm, neighbours.stop);
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.cleanUp();
  }
}

/** Looks again and again until it is as wanted; the test's own timeout is the limit. */
export async function until<T>(look: () => Promise<T>, reached: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (reached(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function brokerEnv(kind: BrokerKind, databaseUrl: string): Promise<Record<string, string>> {
  if (kind !== 'postgres') return { BROKER_URL: kind === 'redis' ? redisUrl() : 'memory://', KEY_PREFIX: uniquePrefix('blog') };
  await migrateDatabase(databaseUrl, 'blog_tasks');
  return { BROKER_URL: databaseUrl, KEY_PREFIX: 'blog_tasks' };
}

/** Mail server, CRM, database and folder, and the variables that tell a process of the blog where they are. */
export async function startNeighbours(options: Pick<BlogOptions, 'mailbox' | 'crm'>) {
  const mailbox = new Mailbox(options.mailbox);
  const crm = new FakeCrm(options.crm);
  const [database, storage, smtpUrl, crmUrl] = await Promise.all([
    freshDatabase(),
    mkdtemp(join(tmpdir(), 'task-queue-e2e-')),
    mailbox.start(),
    crm.start(),
  ]);
  const env = {
    DATABASE_URL: database.url,
    STORAGE_DIR: storage,
    DATA_DIR: join(process.cwd(), 'apps/api/data'),
    SMTP_URL: smtpUrl,
    CRM_URL: crmUrl,
  };
  const stop = () => Promise.all([mailbox.stop(), crm.stop(), database.drop(), rm(storage, { recursive: true, force: true })]);
  return { mailbox, crm, env, stop };
}
