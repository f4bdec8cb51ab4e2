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

export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delay, callback) {
    const handle = setTimeout(callback, delay);
    handle.unref();
    return { clear: () => clearTimeout(handle) };
  },
};
