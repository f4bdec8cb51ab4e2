import { SuspectTurns } from './suspect-turns.js';

const LEASE = 10_000;

describe('SuspectTurns', () => {
  let turns: SuspectTurns;
  beforeEach(() => {
    turns = new SuspectTurns(LEASE);
  });

  it('takes nothing beside a suspect', () => {
    expect(turns.next(1, true, 0)).toBe('hold');
  });

  it('lets a consumer that holds nothing take a suspect first, and ordinary work first after one', () => {
    expect(turns.next(0, false, 0)).toBe('1');
    turns.seen(3, true, true);
    expect(turns.next(0, false, 1)).toBe('2');
    turns.seen(3, false, true);
    expect(turns.next(0, false, 2)).toBe('1');
  });

  it('lets a busy consumer go on while no suspect waits', () => {
    turns.seen(0, false, true);
    expect(turns.next(5, false, 0)).toBe('0');
  });

  it('drains a busy consumer when suspects wait, for one lease at most', () => {
    turns.seen(1, false, true);
    expect(turns.next(5, false, 0)).toBe('hold');
    expect(turns.remaining(4_000)).toBe(LEASE - 4_000);
    expect(turns.next(2, false, LEASE - 1)).toBe('hold');
    expect(turns.next(1, false, LEASE)).toBe('0');
    expect(turns.remaining(LEASE)).toBe(Infinity);
  });

  it('drains again only after four times as long as the last drain took', () => {
    turns.seen(1, false, true);
    turns.next(5, false, 0);
    expect(turns.next(5, false, LEASE)).toBe('0');
    expect(turns.next(5, false, 5 * LEASE - 1)).toBe('0');
    expect(turns.next(5, false, 5 * LEASE)).toBe('hold');
  });
});
