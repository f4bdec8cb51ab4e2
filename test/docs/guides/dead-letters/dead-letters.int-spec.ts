import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TaskClient, TaskQueueModule, TaskWorkerModule } from 'nestjs-task-queue';
import { RecordedLog } from '../../../nest/support/boot.js';
import { DeadMails } from './src/dead-mails.service.js';
import { MailTasks } from './src/mail.tasks.js';

@Module({
  imports: [TaskQueueModule.forRoot({ broker: 'memory://dead-letters' }), TaskWorkerModule.forRoot({ name: 'w' })],
  providers: [MailTasks, DeadMails],
})
class AppModule {}

describe('the guide to dead letters', () => {
  let app: TestingModule;

  beforeAll(async () => {
    app = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(new RecordedLog())
      .compile();
    await app.init();
  });
  afterAll(() => app.close());

  it('shows them, sends them again and throws them away', async () => {
    const [tasks, dead, mail] = [app.get(TaskClient), app.get(DeadMails), app.get(MailTasks)];
    const sent = await Promise.all(Array.from({ length: 25 }, (_, n) => tasks.for(MailTasks).send.delay(`reader${n}`)));
    await Promise.all(sent.map((one) => one.get({ propagate: false })));

    const first = await dead.page();
    const second = await dead.page(first.next!);
    expect([first.mails.length, second.mails.length, second.next]).toEqual([20, 5, null]);
    expect(first.mails[0]).toMatchObject({ why: 'failed: SmtpError: connection refused', tries: Array(3).fill('w: connection refused') });

    mail.serverIsUp = true;
    expect(await dead.sendAgain(sent[0]!.id)).toEqual({ redriven: 1, refused: [] });
    expect(await sent[0]!.get()).toBe('sent to reader0');
    expect(await dead.sendRefusedAgain()).toMatchObject({ redriven: 24 });
    expect(await sent[24]!.get()).toBe('sent to reader24');

    mail.serverIsUp = false;
    await (await tasks.for(MailTasks).send.delay('nobody')).get({ propagate: false });
    expect(await dead.throwAway()).toBe(1);
    expect((await dead.page()).mails).toEqual([]);
  });
});
