import { InvalidBrokerUrlError } from '../../../core/errors/boot-errors.js';
import { parseRedisUrl } from './redis-url.js';

describe('parseRedisUrl', () => {
  it('reads every part, decoded', () => {
    expect(parseRedisUrl('redis://ann:p%40ss%2Fw@cache.example:6380/3').options).toEqual({
      host: 'cache.example',
      port: 6380,
      db: 3,
      username: 'ann',
      password: 'p@ss/w',
    });
  });

  it('takes what is left out from Redis’ own defaults', () => {
    expect(parseRedisUrl('redis://').options).toEqual({ host: 'localhost', port: 6379, db: 0 });
    expect(parseRedisUrl('redis://:secret@[::1]').options).toEqual({ host: '::1', port: 6379, db: 0, password: 'secret' });
  });

  it('speaks TLS for rediss', () => {
    expect(parseRedisUrl('REDISS://host').options).toMatchObject({ host: 'host', tls: {} });
  });

  it.each([
    ['redis://ann:secret@host:port', 'cannot be read'],
    ['redis://ann:secret@host/zero', 'names the database'],
    ['redis://ann:secret@host/0?family=6', 'has a query'],
    ['redis://ann:%secret@host', 'not percent-encoded'],
    ['http://ann:secret@host', 'has no scheme'],
  ])('refuses %s without showing its password', (url, problem) => {
    const refused = () => parseRedisUrl(url);
    expect(refused).toThrow(InvalidBrokerUrlError);
    expect(refused).toThrow(problem);
    expect(refused).toThrow(/\*\*\*@host/);
    expect(refused).not.toThrow(/secret/);
  });
});
