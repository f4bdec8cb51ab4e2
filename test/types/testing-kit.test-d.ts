import { Task, taskContract, TaskContext, type Fetched } from 'nestjs-task-queue';
import type { TestQueue } from 'nestjs-task-queue/testing';

interface Row {
  id: number;
  text: string;
}

class MailTasks {
  @Task({ name: 'types.send' })
  send(to: string, options?: { copies: number }, ctx?: TaskContext): void {
    void [to, options, ctx];
  }
  @Task({ name: 'types.show' })
  show(row: Fetched<Row>): void {
    void row;
  }
}
const contract = taskContract<MailTasks>()({ send: 'types.send' });

export function expectations(queue: TestQueue, anyText: { asymmetricMatch(value: unknown): boolean }): void {
  queue.expectSent(MailTasks, 'send').with('ada').withOptions({ queue: 'mail', countdown: '1h' }).times(1);
  queue.expectSent(MailTasks, 'send').with(anyText, { copies: 2 });
  queue.expectSent(MailTasks, 'send').with('ada', { copies: anyText });
  queue.expectSent(MailTasks, 'show').with(7);
  queue.expectSent(contract, 'send').with('ada');
  queue.expectSent('some.task').with(1, 'two');
  queue.expectNotSent(MailTasks, 'send', ['ada']);
  // @ts-expect-error the first argument is a text
  queue.expectSent(MailTasks, 'send').with(7);
  // @ts-expect-error it takes an argument
  queue.expectSent(MailTasks, 'send').with();
  // @ts-expect-error the context is no argument
  queue.expectSent(MailTasks, 'send').with('ada', undefined, {});
  // @ts-expect-error the id travels, and not the row
  queue.expectSent(MailTasks, 'show').with({ id: 7, text: '' });
  // @ts-expect-error there is no such method
  queue.expectSent(MailTasks, 'sned');
  // @ts-expect-error the contract does not name it
  queue.expectSent(contract, 'show');
  // @ts-expect-error what cannot be seen on a call cannot be expected
  queue.expectSent(MailTasks, 'send').withOptions({ nothing: 1 });
  // @ts-expect-error the arguments are those of the method
  queue.expectNotSent(MailTasks, 'send', [7]);
}
