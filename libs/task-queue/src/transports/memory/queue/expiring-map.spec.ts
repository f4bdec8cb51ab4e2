import { describe, expect, it } from '@jest/globals';
import { ExpiringMap } from './expiring-map.js';

describe('ExpiringMap', () => {
  it('gives a value until its instant, whatever the others have', () => {
    const map = new ExpiringMap<string>();
    map.set('long', 'a', 100, 0);
    map.set('short', 'b', 10, 0);
    expect([map.get('long', 9), map.get('short', 9)]).toEqual(['a', 'b']);
    expect([map.get('long', 10), map.get('short', 10)]).toEqual(['a', undefined]);
  });

  it('gives a new value its own instant', () => {
    const map = new ExpiringMap<string>();
    map.set('key', 'old', 10, 0);
    map.set('key', 'new', 20, 5);
    expect(map.get('key', 15)).toBe('new');
    map.delete('key');
    expect(map.get('key', 15)).toBeUndefined();
  });

  it('keeps nothing that has expired, so that it cannot grow for ever', () => {
    const map = new ExpiringMap<number>();
    for (let now = 0; now < 1_000; now++) map.set(`key ${now}`, now, now + 10, now);
    expect(map.size(999)).toBe(10);
  });
});
