import { describe, expect, it } from '@jest/globals';
import { threadOptions } from './thread-options.js';

describe('rule 30: options of the driver for the thread that renews leases', () => {
  it('are passed as they are', () => {
    const ca = Buffer.from('certificate');
    const options = { host: 'a', db: 3, tls: { ca: [ca], servername: 'b' }, sentinels: [{ host: 'c', port: 1 }], password: undefined };
    expect(structuredClone(threadOptions(options))).toEqual({ ...options, tls: { ca: [new Uint8Array(ca)], servername: 'b' } });
  });

  it('are refused by name when one is a function, wherever it is', () => {
    const refusal = (option: string) => expect.objectContaining({ code: 'INVALID_OPTION', option });
    expect(() => threadOptions({ tls: { checkServerIdentity() {} } })).toThrow(refusal('connection.tls.checkServerIdentity'));
    expect(() => threadOptions({ list: [{}, { lookup() {} }] })).toThrow(refusal('connection.list[1].lookup'));
  });

  it('are left out when the thread does not need them', () => {
    expect(threadOptions({ retryStrategy: () => 1, types: { getTypeParser() {} }, db: 1 }, ['retryStrategy', 'types'])).toEqual({ db: 1 });
  });
});
