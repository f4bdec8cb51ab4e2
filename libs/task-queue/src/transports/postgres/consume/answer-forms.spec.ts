import { areReceiveRows } from './receive-answer.js';
import { isSettleAnswer } from './settle-answer.js';

const CLAIM = { number: '1', queue: 'work', ids: 'a', heads: '5', bodies: 'b', tops: '', marks: '', next_in: null, suspects: 0, swept: 0 };

describe('rule 31: rows that cannot be the answer count as a lost answer', () => {
  it('of a receive', () => {
    expect(areReceiveRows([])).toBe(true);
    expect(areReceiveRows([CLAIM, { ...CLAIM, number: null, ids: null }])).toBe(true);
    expect(areReceiveRows([{ answer: '' }])).toBe(false);
    expect(areReceiveRows([{ ...CLAIM, bodies: null }])).toBe(false);
  });

  it('of a settle call', () => {
    expect(isSettleAnswer([{ answer: '' }])).toBe(true);
    expect(isSettleAnswer([{ answer: '{"refused":["1"]}' }])).toBe(true);
    for (const rows of [[], [{}], [{ answer: null }], [{ answer: '{"refused":["1"' }], [CLAIM]]) expect(isSettleAnswer(rows)).toBe(false);
  });
});
