/** Whether a value is to be awaited. What is there already need not be: a turn of the microtask queue costs more than most calls. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
