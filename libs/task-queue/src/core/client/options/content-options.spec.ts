import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { resolveClientOptions, type ClientOptionsInput } from './client-options.js';

const SECRET = 'a secret of at least thirty-two bytes';
const resolve = (input: unknown) => () => resolveClientOptions(input as ClientOptionsInput);

describe('the options of content', () => {
  it('are plain JSON where nothing is asked for', () => {
    expect(resolveClientOptions({})).toMatchObject({
      serializer: 'json',
      acceptContent: ['json'],
      compression: { algorithm: 'none', threshold: 1_024 },
      sign: null,
      encrypt: null,
      maxResultBytes: 1_000_000,
    });
  });

  it('accept what is sent, beside JSON', () => {
    expect(resolveClientOptions({ serializer: 'yaml' }).acceptContent).toEqual(['json', 'yaml']);
    expect(resolve({ serializer: 'yaml', acceptContent: ['json'] })).toThrow("Option 'acceptContent' must be a list with 'yaml' too");
    expect(resolveClientOptions({ compression: { algorithm: 'gzip' } }).compression).toEqual({ algorithm: 'gzip', threshold: 1_024 });
  });

  it.each([
    [{ serializer: 'pickle' }, /'pickle' is refused, because decoding it can run code/],
    [{ acceptContent: ['json', 'Pickle'] }, /'Pickle' is refused/],
    [{ serializer: 'msgpak' }, /no serializer 'msgpak'. Did you mean 'msgpack'/],
    [{ acceptContent: [] }, /'acceptContent' must be a list of at least one/],
    [{ compression: 'zstd' }, /'compression' must be 'gzip', 'brotli', 'none', or/],
    [{ compression: { algorithm: 'gzip', treshold: 1 } }, /'compression' must be/],
    [{ maxResultBytes: 0 }, /'maxResultBytes' must be/],
    [{ sign: { keys: [] } }, /'sign.keys' must be a list of { id, secret }/],
    [{ sign: SECRET }, /'sign' must be an object/],
    [{ sign: { keys: [{ id: 'a', key: SECRET }] } }, /no option 'key'.*secret/],
    [{ sign: { keys: [{ id: 'a', secret: 'short' }] } }, /'sign.keys\[0\].secret' must be text or bytes of at least 32/],
    [{ sign: { keys: [{ id: 'a:b', secret: SECRET }] } }, /'sign.keys\[0\].id' must be a name of its own/],
    [
      {
        sign: {
          keys: [
            { id: 'a', secret: SECRET },
            { id: 'a', secret: SECRET },
          ],
        },
      },
      /'sign.keys\[1\].id' must be a name of its own/,
    ],
    [{ encrypt: { keys: [{ id: 'a', key: SECRET }] } }, /'encrypt.keys\[0\].key' must be 32 bytes/],
    [{ encrypt: { keys: [{ id: 'a', key: Buffer.alloc(16) }] } }, /must be 32 bytes/],
    [{ encrypt: { keys: [{ id: 'a', key: Buffer.alloc(32) }], require: true } }, /no option 'require'. Did you mean 'required'/],
  ])('refuses %j and says what it takes', (input, message) => {
    expect(resolve(input)).toThrow(message);
  });

  it('show no secret, neither in an error nor when they are printed', () => {
    const wrong = [
      { sign: SECRET },
      { sign: { keys: SECRET } },
      { sign: { keys: [SECRET] } },
      { encrypt: { keys: [{ id: 'a', key: SECRET }] } },
    ];
    for (const input of wrong) expect(resolve(input)).toThrow(expect.objectContaining({ message: expect.not.stringContaining(SECRET) }));
    const options = resolveClientOptions({ sign: { keys: [{ id: 'a', secret: SECRET }] } });
    expect(inspect(options, { depth: null })).not.toContain(SECRET);
    expect(JSON.stringify(options)).not.toContain(SECRET);
  });
});
