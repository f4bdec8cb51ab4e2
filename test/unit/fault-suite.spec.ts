import { draw } from '../faults/attack/calls.js';
import { checkRound, type RoundFacts } from '../faults/check-round.js';
import type { Entry, Event } from '../faults/ledger.js';
import { call, ENDS, planRound, type End } from '../faults/load.js';
import { Random } from '../faults/random.js';

const SIZE = { load: 40, spell: 500 };

describe('the plan of a round', () => {
  const plan = (seed: string) => planRound('round1', new Random(seed), SIZE);

  it('is equal for equal seeds, and different for others', () => {
    expect(plan('a')).toEqual(plan('a'));
    expect(plan('a')).not.toEqual(plan('b'));
  });

  it('contains each end except the death of a worker, which is a fault', () => {
    expect([...new Set(plan('a').before.map(({ end }) => end))].sort()).toEqual(ENDS.filter((end) => end !== 'dead').sort());
  });
});

describe('the load of an attack', () => {
  const drawn = (seed: string) => {
    const random = new Random(seed);
    return Array.from({ length: 1_000 }, (_, n) => draw(`w1-${n}`, random, 4_000));
  };

  it('is equal for equal seeds, and different for others', () => {
    expect(drawn('a')).toEqual(drawn('a'));
    expect(drawn('a')).not.toEqual(drawn('b'));
  });

  it('contains each end except the death of a worker, and each way in which a transfer ends', () => {
    const calls = drawn('a').flatMap((one) => one.calls);
    expect([...new Set(calls.map(({ end }) => end))].sort()).toEqual(ENDS.filter((end) => end !== 'dead').sort());
    const ways = calls.filter(({ task }) => task === 'transfer').map(({ args }) => args[3]);
    expect(new Set(ways)).toEqual(new Set(['done', 'failed', 'retried']));
  });
});

describe('the checker of the ledger', () => {
  let at = 0;
  const entry = (event: Event, id: string, worker: string, ...detail: string[]): Entry => ({ at: ++at, worker, event, id, detail });
  const ran = (id: string, worker = 'w1', parent = '-') => entry('ran', id, worker, '0', parent);
  const acked = (id: string, worker = 'w1') => entry('settled', id, worker, 'ack');
  const good = (more: Partial<RoundFacts> = {}, end: End = 'done'): RoundFacts => ({
    entries: [ran('a'), acked('a')],
    accepted: new Map([['a', call('work', 'a', [], { end })]]),
    unknown: new Set(),
    results: new Map([['a', { id: 'a', state: 'SUCCESS', retries: 0, at: 0 }]]),
    deadLetters: new Map(),
    left: [],
    endedBefore: new Set(),
    gentle: true,
    unspent: true,
    ...more,
  });
  const kinds = (facts: RoundFacts) => checkRound(facts).map(({ kind }) => kind);

  it('finds nothing wrong in a correct round', () => {
    expect(checkRound(good())).toEqual([]);
  });

  it('does not count a late notice of a lost lease, after the task has ended elsewhere, as another run', () => {
    const told = [entry('refused', 'b', 'w2'), entry('lost', 'b', 'w2'), entry('ended', 'b', 'w2')];
    expect(checkRound(good({ entries: [ran('a'), acked('a'), ...told], endedBefore: new Set(['b']) }))).toEqual([]);
  });

  it.each<[string, RoundFacts, string[]]>([
    ['a task without an end', good({ results: new Map() }), ['lost']],
    ['one that ended otherwise', good({}, 'ignored'), ['lost']],
    ['one that never ran', good({ entries: [acked('a')] }), ['lost']],
    ['a second accepted settlement', good({ entries: [ran('a'), acked('a'), acked('a', 'w2')] }), ['doubled']],
    ['a settlement of what ended in an earlier round', good({ endedBefore: new Set(['a']) }), ['doubled']],
    ['a run that begins after the end', good({ entries: [ran('a'), acked('a'), ran('a', 'w2')], gentle: false }), ['doubled']],
    ['a second run where nothing was broken', good({ entries: [ran('a'), ran('a'), acked('a')] }), ['doubled']],
    ['an attempt spent where nothing was broken', good({ entries: [entry('took', 'a', 'w1', '1'), ran('a'), acked('a')] }), ['doubled']],
    ['an innocent among the dead', good({ deadLetters: new Map([['a', 'worker_lost']]) }), ['lost']],
    ['what is left', good({ left: ['default: 1 leased'] }), ['leftover']],
    ['a link that was not called', good({ accepted: new Map([['a', call('work', 'a', [], { linked: true })]]) }), ['lost']],
    [
      'an unanswered publish that was taken and has no end',
      good({ unknown: new Set(['b']), entries: [ran('a'), acked('a'), ran('b')] }),
      ['lost'],
    ],
  ])('finds %s', (_what, facts, found) => {
    expect(kinds(facts)).toEqual(found);
  });
});
