import { afterEach, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplication, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { Task, TaskClient, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { AuditRecordEntity } from 'nestjs-task-queue/typeorm';
import { DataSource } from 'typeorm';
import { RecordedLog } from '../../../nest/support/boot.js';
import { testDatabase } from '../../../transactions/support.js';
import { AppModule } from './src/app.module.js';
import { GuardedModule } from './src/guarded.module.js';
import { makeCredentials } from './src/make-credentials.js';
import { postpone } from './src/postpone.js';
import { recover } from './src/recover.js';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(module: Type): Promise<{ app: INestApplication; url: string }> {
  const app = (
    await Test.createTestingModule({ imports: [module] })
      .setLogger(new RecordedLog())
      .compile()
  ).createNestApplication();
  closing.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  return { app, url: await app.getUrl() };
}

async function credentials(): Promise<string> {
  const { token, ...hashes } = await makeCredentials('correct horse battery');
  Object.assign(process.env, hashes);
  return token;
}

it('schedules are made, moved and looked at with a token', async () => {
  const token = await credentials();
  const { url } = await start(AppModule);
  expect(await postpone({ url, token })).toEqual(['2030-01-01T04:00:00.000Z', '2030-01-02T04:00:00.000Z']);
  const page = await fetch(`${url}/admin/docs`, { headers: { authorization: `Basic ${btoa('ada:correct horse battery')}` } });
  expect(page.status).toBe(200);
});

@Injectable()
class MailTasks {
  @Task({ name: 'mail.send', queue: 'email', maxRetries: 0 })
  async send(): Promise<void> {
    throw new Error('connection refused');
  }
}

@Module({ imports: [TaskQueueModule.forRoot({ broker: 'memory://' }), TaskWorkerModule.forRoot()], providers: [MailTasks] })
class MailWorkerModule {}

it('dead letters are sent again', async () => {
  const since = new Date();
  const token = await credentials();
  const { app, url } = await start(AppModule);
  const worker = await start(MailWorkerModule);
  const sent = await app.get(TaskClient).sendTask('mail.send', [], { queue: 'email' });
  await sent.get({ propagate: false });
  await worker.app.close();
  expect(await recover({ url, token }, since)).toEqual({ redriven: 1, waiting: 1 });
  await expect(recover({ url, token: `${token}x` }, since)).rejects.toThrow('This request needs a valid token or password.');
});

it('a guard of the application decides', async () => {
  const { url } = await start(GuardedModule);
  const status = async (headers: Record<string, string>) => (await fetch(`${url}/internal/tasks/v1/me`, { headers })).status;
  expect([await status({}), await status({ 'x-employee': 'bob@x' }), await status({ 'x-employee': 'ops.ada@x' })]).toEqual([401, 403, 200]);
});

it('what was done stands in the database', async () => {
  const token = await credentials();
  const database = await testDatabase('tq');
  const before = process.env['DATABASE_URL'];
  process.env['DATABASE_URL'] = database.url;
  const { AuditedModule } = await import('./src/audited.module.js');
  process.env['DATABASE_URL'] = before;
  const { app, url } = await start(AuditedModule);
  closing.push(() => database.drop());
  await postpone({ url, token });
  const records = await app
    .get(DataSource)
    .getRepository(AuditRecordEntity)
    .find({ order: { id: 'ASC' } });
  expect(records).toMatchObject([{ action: 'schedule.create', actor: 'deploy' }, { action: 'schedule.patch' }]);
});
