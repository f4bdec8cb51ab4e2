import { describe, expect, it } from '@jest/globals';
import { globToRegExp, isGlob } from './glob.js';

describe('glob', () => {
  it.each([
    ['tasks.*', 'tasks.mail.send', true],
    ['tasks.*', 'other.tasks.send', false],
    ['*', '', true],
    ['*.send', 'mail.send', true],
    ['*.send', 'mail.sender', false],
    ['mail.se?d', 'mail.send', true],
    ['mail.se?d', 'mail.sed', false],
    ['mail.[sf]end', 'mail.fend', true],
    ['mail.[!sf]end', 'mail.send', false],
    ['mail.[!sf]end', 'mail.bend', true],
    ['v[0-9]', 'v7', true],
    ['v[9-0]', 'v7', false],
    ['[]]', ']', true],
    ['a[b', 'a[b', true],
    ['a.b+(c)', 'a.b+(c)', true],
    ['a.b', 'axb', false],
    ['*', 'two\nlines', true],
  ])('%s against %s: %s', (pattern, name, matches) => {
    expect(globToRegExp(pattern).test(name)).toBe(matches);
  });

  it('knows a pattern from a name', () => {
    expect(['tasks.*', 'a?', '[ab]', 'blog.send_post_email'].map(isGlob)).toEqual([true, true, true, false]);
  });

  it('answers at once where many stars almost match', () => {
    expect(globToRegExp('*'.repeat(50) + 'x').test('a'.repeat(10_000))).toBe(false);
  });
});
