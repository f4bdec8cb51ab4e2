/** Whether a value must be awaited. Awaiting a plain value costs a turn of the microtask queue, more than most calls do. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}
