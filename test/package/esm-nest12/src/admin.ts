import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TaskQueueModule } from 'nestjs-task-queue';
import { generateToken, hashToken, TaskAdminModule } from 'nestjs-task-queue/admin';

const token = generateToken();

@Module({
  imports: [
    TaskQueueModule.forRoot({ broker: 'memory://' }),
    TaskAdminModule.forRoot({ auth: { tokens: [{ name: 'ci', role: 'operator', hash: hashToken(token) }] } }),
  ],
})
class ApiModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(ApiModule, { logger: ['error', 'warn'] });
  app.setGlobalPrefix('api');
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/admin`;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ name: 'nightly', task: 'greeting.greet', schedule: '0 2 * * *' });
  const made = await fetch(`${url}/v1/schedules`, { method: 'POST', headers, body });
  const twice = await fetch(`${url}/v1/schedules`, { method: 'POST', headers, body });
  const closed = await fetch(`${url}/docs`);
  const page = await fetch(`${url}/docs`, { headers });
  const document = await fetch(`${url}/openapi.json`, { headers });
  const { openapi } = (await document.json()) as { openapi: string };
  console.log(`Admin answers ${[made, twice, closed, page].map(({ status }) => status).join(' ')}, OpenAPI ${openapi}`);
  await app.close();
}

void main();
