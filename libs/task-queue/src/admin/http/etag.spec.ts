import { describe, expect, it } from '@jest/globals';
import { versionOf } from './etag.js';

describe('If-Match', () => {
  it.each([
    ['"3"', 3],
    [' "12" ', 12],
    ['*', null],
    ['W/"3"', -1],
    ['"abc"', -1],
    ['""', -1],
  ])('%j expects %j', (header, version) => {
    expect(versionOf(header)).toBe(version);
  });

  it.each([
    [undefined, 'PRECONDITION_REQUIRED'],
    ['', 'PRECONDITION_REQUIRED'],
    ['3', 'REQUEST_INVALID'],
    ['"1", "2"', 'REQUEST_INVALID'],
    ['"1', 'REQUEST_INVALID'],
  ])('%j is refused: %s', (header, code) => {
    expect(() => versionOf(header)).toThrow(expect.objectContaining({ code }));
  });
});
