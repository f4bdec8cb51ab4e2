import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions } from './client-options.js';
import { describeClientOptions } from './describe-options.js';

const SECRET = 'a-secret-that-nobody-may-see-0123';

describe('describeClientOptions', () => {
  it('shows what holds, and no secret: not of URLs, keys or the driver’s options', () => {
    const shown = describeClientOptions(
      resolveClientOptions({
        broker: `redis://user:${SECRET}@host:6379/1`,
        results: `postgres://host/d?password=${SECRET}`,
        connection: { password: SECRET, tls: { key: SECRET } },
        sign: { keys: [{ id: 'a', secret: SECRET }] },
        encrypt: { keys: [{ id: 'a', key: Buffer.alloc(32, 'k').toString('base64') }] },
        queues: ['email'],
      }),
    );
    expect(shown).toMatchObject({
      broker: 'redis://user:***@host:6379/1',
      results: 'postgres://host/d?password=***',
      queues: ['email'],
      defaultQueue: 'default',
      publishTimeout: 5_000,
      signed: true,
      encrypted: true,
    });
    expect(JSON.stringify(shown)).not.toMatch(new RegExp(`${SECRET}|${Buffer.alloc(32, 'k').toString('base64')}`));
  });

  it('tells of stores that are handles by their class alone', () => {
    class Pool {
      readonly options = { password: SECRET };
      readonly query = () => SECRET;
    }
    const shown = describeClientOptions(resolveClientOptions({ broker: new Pool() as never, results: 'typeorm' }));
    expect(shown).toMatchObject({ broker: 'Pool', results: 'typeorm' });
    expect(JSON.stringify(shown)).not.toContain(SECRET);
  });
});
