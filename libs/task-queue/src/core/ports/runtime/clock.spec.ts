import { jest } from '@jest/globals';
import { systemClock } from './clock.js';

describe('the clock of the system', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('rings after a delay that is longer than a timer of Node can be, and not before', () => {
    const rung = jest.fn();
    const month = 30 * 24 * 3_600_000;
    systemClock.timer(month, rung);
    jest.advanceTimersByTime(month - 1);
    expect(rung).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(rung).toHaveBeenCalledTimes(1);
  });

  it('a long timer that is cleared on its way never rings', () => {
    const rung = jest.fn();
    const timer = systemClock.timer(Number.MAX_VALUE, rung);
    jest.advanceTimersByTime(2 ** 31 + 5);
    timer.clear();
    expect(jest.getTimerCount()).toBe(0);
    expect(rung).not.toHaveBeenCalled();
  });
});
