import { describe, expect, it } from '@jest/globals';
import { RelayCursors } from './relay-cursors.js';

/** A look while no transaction is open. */
const quiet = (next: number) => ({ oldest: String(next), next: String(next) });

describe('RelayCursors', () => {
  it('rule 24: a pass begins behind what was relayed, and once a second at the start', () => {
    const cursors = new RelayCursors();
    cursors.begin(1_000);
    cursors.relayed('mail', '120', quiet(50), false);
    cursors.looked([], '50');
    expect([cursors.ends, cursors.after('mail'), cursors.wholeIn(1_000)]).toEqual([[[], []], '0', Infinity]);
    cursors.begin(1_400);
    expect([cursors.ends, cursors.after('mail'), cursors.after('new')]).toEqual([[['mail'], ['120']], '120', '0']);
    expect(cursors.wholeIn(1_500)).toBe(500);
    cursors.begin(2_000);
    expect(cursors.ends).toEqual([[], []]);
  });

  it('rule 26: a pass begins before a row that a transaction may still write, and before one that it has just written', () => {
    const cursors = new RelayCursors();
    cursors.begin(0);
    cursors.relayed('mail', '9', { oldest: '40', next: '50' }, false);
    cursors.looked([], '40');
    cursors.begin(1);
    expect(cursors.after('mail')).toBe('0');
    cursors.looked(['mail'], '50');
    expect(cursors.after('mail')).toBe('0');
    cursors.relayed('mail', '7', quiet(50), false);
    expect(cursors.after('mail')).toBe('9');
  });

  it('rule 26: a pass begins before rows for which a batch had no room', () => {
    const cursors = new RelayCursors();
    cursors.begin(0);
    cursors.relayed('mail', '1000', quiet(50), false);
    cursors.begin(1);
    cursors.relayed('mail', '500', quiet(60), true);
    expect(cursors.after('mail')).toBe('0');
  });

  it('rule 24: while a transaction is open for long, some places are remembered to move on to', () => {
    const cursors = new RelayCursors();
    cursors.begin(0);
    for (let seq = 1; seq <= 1_000; seq++) cursors.relayed('mail', String(seq), { oldest: '1', next: String(100 + seq) }, false);
    cursors.begin(1);
    cursors.looked([], '2000');
    expect(cursors.after('mail')).toBe('1000');
  });

  it('looks at all rows after its clock was set back', () => {
    const cursors = new RelayCursors();
    cursors.begin(3_600_000);
    cursors.relayed('mail', '9', quiet(50), false);
    cursors.looked([], '50');
    cursors.begin(1_000);
    expect(cursors.after('mail')).toBe('0');
  });
});
