import { UnsupportedOptionError } from '../errors/option-errors.js';

/** The refusal of a rate on a broker that keeps none. */
export function unlimitable(where: string, broker: string): UnsupportedOptionError {
  const instead = 'Leave it out, or use a broker that does: memory or Redis.';
  return new UnsupportedOptionError('rateLimit', where, `the '${broker}' broker keeps no rates`, instead);
}
