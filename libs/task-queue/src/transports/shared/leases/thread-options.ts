import { InvalidOptionError } from '../../../core/errors/option-errors.js';

const EXPECTED =
  "left out in a process with a worker: a function cannot be passed to the thread that renews leases; use options that are data (for TLS 'servername' and 'ca')";

/**
 * A driver's options for the thread that renews leases, which connects by itself. Nothing is dropped without a word: the thread would
 * connect in another way than the rest, or not at all.
 * @param unused names of options that the thread does not need
 * @throws InvalidOptionError for a function
 */
export function threadOptions(options: object, unused: readonly string[] = [], path = 'connection'): Record<string, unknown> {
  const entries = Object.entries(options).filter(([name]) => !unused.includes(name));
  return Object.fromEntries(entries.map(([name, value]) => [name, passable(value, `${path}.${name}`)]));
}

function passable(value: unknown, path: string): unknown {
  if (typeof value === 'function') throw new InvalidOptionError(path, value, EXPECTED);
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || value instanceof SharedArrayBuffer) return value;
  if (Array.isArray(value)) return value.map((item, at) => passable(item, `${path}[${at}]`));
  return threadOptions(value, [], path);
}
