import { of } from 'rxjs';
import type { TaskContext } from '../../core/ports/task/task-context.js';
import { directInvocation } from './direct-invocation.js';
import type { HandlerHost } from '../metadata/handler-host.js';

const CONTEXT = {} as TaskContext;

describe('a method called without Nest between', () => {
  it('gives what it returns at once as it is, and throws what it throws', () => {
    expect(invocationOf(() => 'done')([], CONTEXT)).toBe('done');
    const failing = invocationOf(() => {
      throw new Error('no');
    });
    expect(() => failing([], CONTEXT)).toThrow('no');
  });

  it.each([
    ['a promise', async () => 'last'],
    ['an Observable', () => of('first', 'last')],
    ['a promise of an Observable', async () => of('first', 'last')],
    ['a query that only has a then', () => ({ then: (resolve: (value: string) => void) => resolve('last') })],
  ])('awaits %s', async (_, method) => {
    expect(await invocationOf(method)([], CONTEXT)).toBe('last');
  });
});

function invocationOf(work: () => unknown) {
  return directInvocation({ work }, { method: 'work', parameters: { contexts: [] } } as unknown as HandlerHost);
}
