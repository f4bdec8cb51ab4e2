import { describe, expect, it } from '@jest/globals';
import { Task, TaskDefaults } from '../decorators/task.decorator.js';
import { describeTasks, readTasks } from './task-metadata.accessor.js';

@TaskDefaults({ queue: 'low', maxRetries: 10, expires: '1h' })
class Base {
  @Task({ name: 'base.run', maxRetries: 1 })
  run(): void {}
  @Task({ name: 'base.other' })
  other(): void {}
  helper(): void {}
}

@TaskDefaults({ queue: 'high', priority: 9 })
class Derived extends Base {
  @Task({ name: 'derived.run', priority: undefined })
  override run(): void {}
  override other(): void {}
  @Task({ name: 'derived.own' })
  own(): void {}
}

describe('readTasks', () => {
  it('reads own and inherited tasks, and nothing else', () => {
    expect([...readTasks(Derived).keys()]).toEqual(['run', 'other', 'own']);
    expect([...readTasks(Base).keys()]).toEqual(['run', 'other']);
    expect(readTasks(class {}).size).toBe(0);
  });

  it('lets a task win over its class, a class over its base, and what is undefined over nothing', () => {
    const tasks = readTasks(Derived);
    expect(tasks.get('other')).toMatchObject({ name: 'base.other', options: { queue: 'high', maxRetries: 10, priority: 9 } });
    expect(tasks.get('own')).toMatchObject({ name: 'derived.own', options: { queue: 'high', priority: 9 } });
    expect(tasks.get('run')).toMatchObject({ name: 'derived.run', options: { maxRetries: 1, priority: 9 } });
  });

  it('leaves the base as it was', () => {
    expect(readTasks(Base).get('run')).toMatchObject({ name: 'base.run', options: { queue: 'low', maxRetries: 1 } });
  });

  it('reads through a Proxy that a class decorator put before the class', () => {
    expect(readTasks(new Proxy(Derived, {})).get('own')).toMatchObject({ options: { queue: 'high', maxRetries: 10 } });
  });
});

describe('describeTasks', () => {
  it('tells producers what belongs to publishing, without an instance', () => {
    expect(describeTasks(Base).get('other')).toEqual({ method: 'other', name: 'base.other', queue: 'low', expires: '1h' });
  });

  it('reads a class once', () => {
    expect(describeTasks(Base)).toBe(describeTasks(Base));
  });
});
