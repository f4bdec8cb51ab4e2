import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { TaskQueueModule } from 'nestjs-task-queue';
import { redisUrl, uniquePrefix } from '../support/services.js';

describe('a boot that fails', () => {
  it('leaves no connection open', async () => {
    const connectionName = uniquePrefix('failed-boot');
    const queue = TaskQueueModule.forRoot({
      broker: redisUrl(),
      connection: { connectionName },
      queues: ['mail'],
      routes: { 'mail.*': 'mial' },
    });
    @Module({ imports: [queue] })
    class App {}
    const boot = NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    await expect(boot).rejects.toThrow("Did you mean 'mail'?");
    const admin = new Redis(redisUrl());
    try {
      while (String(await admin.client('LIST')).includes(`name=${connectionName}`)) await new Promise((resolve) => setImmediate(resolve));
    } finally {
      admin.disconnect();
    }
  });
});
