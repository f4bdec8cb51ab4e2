import { LineCursors } from './line-cursors.js';

/** As `queue: behind (rank, seq) through rank`. */
function shown(cursors: LineCursors, queues: readonly string[], now: number): string[] {
  const { queues: names, ranks, seqs, lasts } = cursors.segments(queues, now);
  return names.map((name, at) => `${name}: (${ranks[at]}, ${seqs[at]}) to ${lasts[at]}`);
}

describe('LineCursors', () => {
  it('rule 24: scans from the start at first, then after the last row taken of each priority', () => {
    const cursors = new LineCursors();
    expect(shown(cursors, ['a', 'b'], 1_000)).toEqual(['a: (-2, 0) to 10', 'b: (-2, 0) to 10']);
    cursors.took('a', '4:120,7:90');
    cursors.took('a', '4:220');
    expect(shown(cursors, ['a', 'b'], 1_001)).toEqual(['a: (-2, 0) to 3', 'a: (4, 220) to 6', 'a: (7, 90) to 10', 'b: (-2, 0) to 10']);
  });

  it('rule 24: scans from the start again after a second, and when a message was put in front', () => {
    const cursors = new LineCursors();
    cursors.segments(['a'], 1_000);
    cursors.took('a', '4:120');
    expect(shown(cursors, ['a'], 2_000)).toEqual(['a: (-2, 0) to 10']);
    cursors.took('a', '4:120');
    cursors.forget();
    expect(shown(cursors, ['a'], 2_001)).toEqual(['a: (-2, 0) to 10']);
  });

  it('rule 24: never skips messages that were brought before all others', () => {
    const cursors = new LineCursors();
    cursors.segments(['a'], 1_000);
    cursors.took('a', '-1:50');
    expect(shown(cursors, ['a'], 1_001)).toEqual(['a: (-2, 0) to 10']);
  });
});
