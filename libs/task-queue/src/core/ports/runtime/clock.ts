/** Where time comes from; tests inject one of their own. */
export interface Clock {
  /** epoch ms */
  now(): number;
  /** Calls back once after `delay` ms; the handle's `clear` is safe after it fired. Never keeps the process alive. */
  timer(delay: number, callback: () => void): ClockTimer;
}

export interface ClockTimer {
  clear(): void;
}

/** ms that a timer of Node can last: beyond that it rings at once */
export const LONGEST_TIMER = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delay, callback) {
    let handle: NodeJS.Timeout;
    let left = delay;
    const arm = (): void => {
      const step = Math.min(left, LONGEST_TIMER);
      left -= step;
      handle = setTimeout(left > 0 ? arm : callback, step);
      handle.unref();
    };
    arm();
    return { clear: () => clearTimeout(handle) };
  },
};
