import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Task, TaskDefaults, type TaskOptionsInput } from 'nestjs-task-queue';
import { closeAll, startInMemory } from './support/application.js';

class SmtpError extends Error {}

const TEN_HOURS: TaskOptionsInput = { autoretryFor: [SmtpError], maxRetries: 60, defaultRetryDelay: '10m' };

@TaskDefaults(TEN_HOURS)
class RetriedForTenHours {}

@TaskDefaults({ maxRetries: 24, defaultRetryDelay: '1h' })
class RetriedForADay extends RetriedForTenHours {}

const failing = () => {
  throw new SmtpError('450');
};
@Injectable()
class TenHourTasks extends RetriedForTenHours {
  @Task({ name: 'define.ten_hours' })
  inherits(): void {
    failing();
  }
  @Task({ name: 'define.own_word', maxRetries: 0 })
  ownWord(): void {
    failing();
  }
}
@Injectable()
class DayTasks extends RetriedForADay {
  @Task({ name: 'define.day' })
  inherits(): void {
    failing();
  }
  @Task({ name: 'define.spread', ...TEN_HOURS })
  spread(): void {
    failing();
  }
}

afterEach(closeAll);

describe('Define: class BaseTaskWithRetry(Task), shared policies', () => {
  it.each([
    ['class BaseTaskWithRetry(Task): retry for 10 hours → @TaskDefaults({ … }), inherited by subclasses', 'define.ten_hours', 10, 61],
    ['a subclass’s own @TaskDefaults win over its base’s: retry for 24 hours', 'define.day', 24, 25],
    ['what @Task says wins over what the class says', 'define.own_word', 0, 1],
    ['a plain constant of options can be spread', 'define.spread', 10, 61],
  ])('%s', async (_what, name, hours, attempts) => {
    const { tasks, queue } = await startInMemory({ providers: [TenHourTasks, DayTasks] });
    const sent = await tasks.sendTask(name);
    const began = queue.clock.now();
    let ran = (await queue.drain()).runs.length;
    while ((await sent.state()) === 'RETRY') {
      await queue.clock.advance('10m');
      ran += (await queue.drain()).runs.length;
    }
    expect([ran, (queue.clock.now() - began) / 3_600_000, await sent.state()]).toEqual([attempts, hours, 'FAILURE']);
  });
});
