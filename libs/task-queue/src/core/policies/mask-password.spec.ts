import { describe, expect, it } from '@jest/globals';
import { maskPassword } from './mask-password.js';

describe('maskPassword', () => {
  it.each([
    ['redis://ann:secret@host/1', 'redis://ann:***@host/1'],
    ['redis://:se:c/r@et@host', 'redis://:***@host'],
    ['redis://ann@host', 'redis://ann@host'],
    ['redis://host:6379', 'redis://host:6379'],
    ['postgres://ann:secret@host/d', 'postgres://ann:***@host/d'],
    ['postgres://ann:se@c:r/et@host/d', 'postgres://ann:***@host/d'],
    ['postgres://host/d?password=secret&x=1', 'postgres://host/d?password=***&x=1'],
    ['postgres://host:5432/d', 'postgres://host:5432/d'],
    ['postgres://host/d?sslpassword=a&sslkey=b&sslmode=c', 'postgres://host/d?sslpassword=***&sslkey=***&sslmode=c'],
  ])('shows %s as %s', (url, shown) => expect(maskPassword(url)).toBe(shown));
});
