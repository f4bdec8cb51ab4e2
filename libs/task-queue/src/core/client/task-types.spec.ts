import { describe, expect, it } from '@jest/globals';
import { describeContract, taskContract } from './task-types.js';

interface MailTasks {
  send(to: string): void;
  cleanup(): void;
}

describe('taskContract', () => {
  it('is what a producer needs to know of each task', () => {
    const contract = taskContract<MailTasks>()({ send: { name: 'mail.send', queue: 'mail', priority: 3 }, cleanup: 'mail.cleanup' });
    expect([...describeContract(contract).values()]).toEqual([
      { method: 'send', name: 'mail.send', queue: 'mail', priority: 3 },
      { method: 'cleanup', name: 'mail.cleanup' },
    ]);
  });

  it('cannot be changed after it was made', () => {
    const tasks = { send: 'mail.send' };
    const contract = taskContract<MailTasks>()(tasks);
    tasks.send = 'other';
    expect(contract.tasks.send).toBe('mail.send');
    expect(Object.isFrozen(contract.tasks)).toBe(true);
  });

  it('refuses an entry without a name, and options that are not of publishing', () => {
    expect(() => taskContract<MailTasks>()({ send: '' })).toThrow("Option 'send.name' must be the task's registered name");
    expect(() => taskContract<MailTasks>()({ send: { name: 'mail.send', que: 'mail' } as never })).toThrow(
      "taskContract, 'send' has no option 'que'. Did you mean 'queue'?",
    );
  });
});
