import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions } from '../options/client-options.js';
import type { RoutedCall, Routes } from './routes.js';
import { Routing } from './routing.js';

const open = resolveClientOptions({});
const declared = resolveClientOptions({ queues: ['email', 'video'] });

function route(routes: Routes, task: string, options = {}) {
  const routing = new Routing(routes, open, (type) => new type());
  return routing.apply({ name: task, queue: 'own', priority: 3 }, [], options);
}

describe('routes', () => {
  it.each<[string, Routes]>([
    ['an exact name', { 'blog.send': 'email' }],
    ['a pattern', { 'blog.*': 'email' }],
    ['an exact name before a pattern that stands first', { '*': 'video', 'blog.send': 'email' }],
    ['the first of several patterns', { 'blog.*': 'email', '*.send': 'video' }],
    ['a regular expression', [[/^blog\.s/, 'email']]],
    ['one pair', ['blog.?end', 'email']],
    ['an object of options', { 'blog.send': { queue: 'email', expires: '1h' } }],
    ['a function', ({ task }) => (task === 'blog.send' ? 'email' : null)],
    ['a class', class { route({ task }: RoutedCall) { return { queue: task === 'blog.send' ? 'email' : 'video' }; } }], // prettier-ignore
    ['the first of a list that answers', [() => undefined, { 'blog.send': 'email' }, () => 'video']],
  ])('go by %s', (_, routes) => {
    expect(route(routes, 'blog.send')).toMatchObject({ name: 'blog.send', queue: 'email', priority: 3 });
  });

  it('leave what they do not name to the decorator', () => {
    expect(route({ 'other.*': 'email' }, 'blog.send')).toMatchObject({ queue: 'own' });
    expect(route({ 'blog.*': { priority: 9 } }, 'blog.send')).toMatchObject({ queue: 'own', priority: 9 });
  });

  it('answer alike each time, whatever flags an expression has', () => {
    const routing = new Routing([[/send/g, 'email']], open, () => null as never);
    expect([1, 2, 3].map(() => routing.apply({ name: 'a.send' }, []).queue)).toEqual(['email', 'email', 'email']);
    const asked = new Routing([[/send/g, 'email'], () => null], open, () => null as never);
    expect([1, 2, 3].map(() => asked.apply({ name: 'a.send' }, []).queue)).toEqual(['email', 'email', 'email']);
  });

  it('show a function the whole call', () => {
    const seen: RoutedCall[] = [];
    const routing = new Routing(
      (call) => (seen.push(call), null),
      open,
      () => null as never,
    );
    routing.apply({ name: 'a' }, [1], { headers: { tenant: 't' } });
    expect(seen).toEqual([{ task: 'a', args: [1], options: { headers: { tenant: 't' } } }]);
  });

  it.each<[string, unknown, string]>([
    ['no source', 'email', 'routes'],
    ['a number as a route', { a: 7 }, "routes['a']"],
    ['an unknown option', { a: { queu: 'email' } }, "Did you mean 'queue'?"],
    ['a priority beyond 9', { 'a.*': { priority: 12 } }, 'priority'],
    ['an unknown compression', { a: { compression: 'zip' } }, 'compression'],
    ['an unreadable duration', { a: { expires: 'soon' } }, 'expires'],
  ])('refuse %s when they are set up', (_, routes, problem) => {
    expect(() => new Routing(routes as Routes, open, () => null as never)).toThrow(problem);
  });

  it('refuse a queue that is not declared: of a table when set up, of a function at the call', () => {
    expect(() => new Routing({ a: 'emial' }, declared, () => null as never)).toThrow("Did you mean 'email'?");
    const routing = new Routing(
      () => 'emial',
      declared,
      () => null as never,
    );
    expect(() => routing.apply({ name: 'a' }, [])).toThrow(expect.objectContaining({ code: 'QUEUE_UNKNOWN' }));
  });

  it.each<[string, unknown, string]>([
    ['a number', 7, 'answered 7'],
    ['a promise', Promise.resolve('email'), 'answered Promise'],
    ['an empty queue', '', 'queue'],
    ['a list', ['email'], 'answered'],
    ['an unknown option', { que: 'email' }, "Did you mean 'queue'?"],
    ['a wrong priority', { priority: -1 }, 'priority'],
  ])('refuse a router that answers %s, at the call, naming the task', (_, answer, problem) => {
    const routing = new Routing((() => answer) as never, open, () => null as never);
    expect(() => routing.apply({ name: 'blog.send' }, [])).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID', task: 'blog.send' }));
    expect(() => routing.apply({ name: 'blog.send' }, [])).toThrow(problem);
  });

  it('keep what a router threw as the cause', () => {
    const cause = new TypeError('tenant of undefined');
    const routing = new Routing(() => { throw cause; }, open, () => null as never); // prettier-ignore
    expect(() => routing.apply({ name: 'a' }, [])).toThrow(expect.objectContaining({ code: 'ROUTE_INVALID', cause }));
  });
});
