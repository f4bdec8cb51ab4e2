import { inspect } from 'node:util';

/** Maximum number of elements, of fields, and of characters of each string and of the whole. */
const MAX_PARTS = 20;
const MAX_STRING = 100;
const MAX_LENGTH = 1_000;

/** A value as an error message shows it: two levels of it, shortened, because it may be the whole body of a request. */
export function shownValue(value: unknown): string {
  const text = inspect(sampleOf(value, 2), { depth: 1, breakLength: Infinity, maxArrayLength: MAX_PARTS, maxStringLength: MAX_STRING });
  return shortText(text, MAX_LENGTH);
}

/** A name as an error message shows it. */
export function shortText(text: string, length = MAX_STRING): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}

/** `inspect` shows all fields of an object, whatever their number. */
function sampleOf(value: unknown, levels: number): unknown {
  if (levels === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, MAX_PARTS + 1).map((one) => sampleOf(one, levels - 1));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value);
  const sample = fields.slice(0, MAX_PARTS).map(([name, one]) => [name, sampleOf(one, levels - 1)] as const);
  return Object.fromEntries(fields.length > MAX_PARTS ? [...sample, ['…', fields.length - MAX_PARTS]] : sample);
}
