import { describe, expect, it } from '@jest/globals';
import type { HttpServer } from '@nestjs/common';
import { MountPoint, type NodeHandler } from './mount-point.js';

type Middleware = (request: unknown, response: unknown, next: () => void) => void;

/** A server that records its middleware, and which of them answers a request for a URL. */
function stage(path = 'admin') {
  const used: Middleware[] = [];
  const server = { use: (one: Middleware) => used.push(one) } as unknown as HttpServer;
  const mount = new MountPoint(path);
  const who = (url: string) => {
    let answered = 'none';
    const response = { statusCode: 200, end: () => (answered = String(response.statusCode)) };
    used[0]!({ url, answer: () => (answered = 'the API') }, response, () => (answered = 'the application'));
    return answered;
  };
  return { mount, server, used, who };
}

const handler = ((request: { answer(): void }) => request.answer()) as unknown as NodeHandler;

describe('MountPoint', () => {
  it.each([
    ['/admin', 'the API'],
    ['/admin/', 'the API'],
    ['/admin?a=/b', 'the API'],
    ['/admin/v1/me?x', 'the API'],
    ['/administrator', 'the application'],
    ['/Admin/v1/me', 'the application'],
    ['/x/admin/v1/me', 'the application'],
    ['//admin/v1/me', 'the application'],
    ['/', 'the application'],
    ['', 'the application'],
  ])('%j is answered by %s', (url, expected) => {
    const { mount, server, who } = stage();
    mount.at(server);
    mount.serve(handler);
    expect(who(url)).toBe(expected);
  });

  it('is mounted once, and answers 503 until it has a handler', () => {
    const { mount, server, used, who } = stage('internal/tasks');
    mount.at(server);
    mount.at(server);
    expect(used).toHaveLength(1);
    expect([who('/internal/tasks/v1/me'), who('/internal')]).toEqual(['503', 'the application']);
  });

  it('does nothing without a server', () => {
    expect(() => stage().mount.at(undefined)).not.toThrow();
  });
});
