import { describe, expect, it } from '@jest/globals';
import { RelayCursors } from './relay-cursors.js';

describe('RelayCursors', () => {
  it('rule 24: a pass begins behind what was relayed, and once a second at the start', () => {
    const cursors = new RelayCursors();
    cursors.begin(1_000);
    cursors.relayed('mail', '120');
    expect([cursors.ends, cursors.after('mail'), cursors.wholeIn(1_000)]).toEqual([[[], []], '0', Infinity]);
    cursors.begin(1_400);
    expect([cursors.ends, cursors.after('mail'), cursors.after('new')]).toEqual([[['mail'], ['120']], '120', '0']);
    expect(cursors.wholeIn(1_500)).toBe(500);
    cursors.begin(2_000);
    expect(cursors.ends).toEqual([[], []]);
  });

  it('rule 24: a row that committed late moves no cursor back', () => {
    const cursors = new RelayCursors();
    cursors.begin(0);
    cursors.relayed('mail', '9');
    cursors.relayed('mail', '7');
    cursors.begin(1);
    expect(cursors.after('mail')).toBe('9');
  });
});
