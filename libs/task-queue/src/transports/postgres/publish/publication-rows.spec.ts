import { describe, expect, it } from '@jest/globals';
import type { Publication } from '../../../core/ports/broker/publication.js';
import { areBlocks, blockLists } from './publication-rows.js';

const many = (count: number): Publication[] =>
  Array.from({ length: count }, (_, at) => ({ id: `n${at}`, queue: 'q', body: `body ${at}`, priority: 5, traced: false, fresh: true }));

describe('publications that are sent together', () => {
  it('become blocks where they are enough, and alike in queue and priority', () => {
    expect(areBlocks(many(8))).toBe(true);
    expect(areBlocks(many(7))).toBe(false);
    expect(areBlocks([...many(8), { ...many(1)[0]!, queue: 'other' }])).toBe(false);
    expect(areBlocks([...many(8), { ...many(1)[0]!, priority: 9 }])).toBe(false);
  });

  it.each([8, 32, 33, 100, 499, 500])(
    '%i of them lose none, in blocks that differ by one at most and are no larger than a place',
    (count) => {
      const [queue, head, sizes, ids, bodies] = blockLists(many(count)) as [string, string, number[], string, string];
      expect([queue, head]).toEqual(['q', '5']);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      const lists = (text: string) => text.split('\u001d').map((list) => list.split('\u001e'));
      expect(lists(ids).map(({ length }) => length)).toEqual(sizes);
      expect(lists(ids).flat()).toEqual(many(count).map(({ id }) => id));
      expect(lists(bodies).flat()).toEqual(many(count).map(({ body }) => body));
    },
  );
});
