import { describe, expect, it } from '@jest/globals';
import { describeContract } from './task-types.js';

describe('a contract', () => {
  it('says what is unique, and is refused where that cannot be', () => {
    const unique = { while: ['waiting'] };
    const said = (how: unknown) => describeContract({ tasks: { send: { name: 'blog.send', unique: how } } });
    expect(said(unique).get('send')).toMatchObject({ unique });
    expect(() => said({ while: [] })).toThrow(expect.objectContaining({ code: 'INVALID_OPTION', option: 'unique.for' }));
  });
});
