import ms from 'ms';
import { InvalidOptionError } from '../errors/option-errors.js';

/** A length of time: a number of milliseconds, or text for the `ms` package such as `'30s'`, `'5m'`, `'1d'`. */
export type Duration = number | string;

/**
 * The milliseconds of a {@link Duration}.
 * @param name the option it was given for; named in the error
 * @throws InvalidOptionError when it is negative, not finite, or text that `ms` cannot read
 */
export function toMilliseconds(value: Duration, name: string): number {
  const parsed = typeof value === 'string' ? parseText(value) : value;
  if (typeof parsed !== 'number' || !Number.isFinite(parsed) || parsed < 0) {
    throw new InvalidOptionError(name, value, "a number of milliseconds that is not negative, or text such as '30s', '5m', '1d'");
  }
  return parsed;
}

function parseText(text: string): number | undefined {
  if (text === '' || text.length > 100) return undefined;
  return ms(text as ms.StringValue);
}
