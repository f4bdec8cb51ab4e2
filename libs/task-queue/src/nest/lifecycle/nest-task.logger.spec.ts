import { ConsoleLogger, Logger } from '@nestjs/common';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { LogEntry, NestTaskLogger } from './nest-task.logger.js';

describe('LogEntry', () => {
  it('is a sentence with its facts for loggers that print text', () => {
    expect(inspect(new LogEntry('task succeeded', { taskId: '1', task: 'blog.send', runtime: 12, queues: ['a', 'b'] }))).toBe(
      "task succeeded taskId=1 task=blog.send runtime=12 queues=[ 'a', 'b' ]",
    );
  });

  it('puts an error below, with its stack', () => {
    const text = inspect(new LogEntry('task failed', { taskId: '1', error: new TypeError('no mailbox') }));
    expect(text).toMatch(/^task failed taskId=1\nTypeError: no mailbox\n {4}at /);
  });

  it('is message and fields for loggers that print JSON, errors included', () => {
    const printed = JSON.parse(JSON.stringify(new LogEntry('task failed', { taskId: '1', error: new TypeError('no mailbox') })));
    expect(printed).toEqual({
      message: 'task failed',
      taskId: '1',
      error: { type: 'TypeError', message: 'no mailbox', stack: expect.any(String) },
    });
  });

  it('prints what JSON cannot', () => {
    const circular: Record<string, unknown> = { big: 1n };
    circular['self'] = circular;
    expect(inspect(new LogEntry('odd', { circular }))).toContain('big: 1n');
  });
});

describe('NestTaskLogger', () => {
  afterEach(() => {
    Logger.overrideLogger(true);
    jest.restoreAllMocks();
  });

  function printed(logger: ConsoleLogger): string {
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
    Logger.overrideLogger(logger);
    new NestTaskLogger().info('task succeeded', { taskId: '1', task: 'blog.send' });
    return lines.join('');
  }

  it('prints one readable line through Nest’s own logger', () => {
    expect(printed(new ConsoleLogger({ colors: false }))).toMatch(/LOG \[TaskQueue\] task succeeded taskId=1 task=blog\.send\n$/);
  });

  it('prints task id and name as properties when that prints JSON', () => {
    const line = JSON.parse(printed(new ConsoleLogger({ json: true, colors: false, compact: true }))) as object;
    expect(line).toMatchObject({ context: 'TaskQueue', message: { message: 'task succeeded', taskId: '1', task: 'blog.send' } });
  });
});
