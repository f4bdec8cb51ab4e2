import { describe, expect, it } from '@jest/globals';
import { readCredentials } from './read-credentials.js';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readCredentials', () => {
  it.each([
    ['Bearer abc.DEF-1_~+/=', { kind: 'token', token: 'abc.DEF-1_~+/=' }],
    ['bearer abc', { kind: 'token', token: 'abc' }],
    [basic('ada:pass:word'), { kind: 'password', user: 'ada', password: 'pass:word' }],
    [basic('ädä:päss'), { kind: 'password', user: 'ädä', password: 'päss' }],
    [basic('ada:'), { kind: 'password', user: 'ada', password: '' }],
    [basic(':pass'), undefined],
    [basic('ada'), undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['Digest abc', undefined],
    [`Bearer ${'x'.repeat(5_000)}`, undefined],
    [undefined, undefined],
  ])('%j', (header, expected) => {
    expect(readCredentials(header)).toEqual(expected);
  });
});
