import { InvalidOptionError } from '../errors/option-errors.js';

/** How many in a time: a number (a second), or text such as `'10/s'`, `'100/m'`, `'100/h'`; 0 = no limit. */
export type Rate = number | string;

const MILLISECONDS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;
export const RATE_FORM = "a number over 0 (a second), or text such as '10/s', '100/m', '100/h'; 0 for no limit";

/**
 * The milliseconds from one to the next: a rate is smooth, `'100/m'` is one each 600 ms.
 * @param name the option it was given for; named in the error
 * @throws InvalidOptionError
 */
export function toInterval(rate: Rate, name: string): number {
  const interval = intervalOf(rate);
  if (interval === undefined) throw new InvalidOptionError(name, rate, RATE_FORM);
  return interval;
}

/** 0, '0' or '0/m', which is no limit in Celery, too. */
export function isNoLimit(rate: unknown): boolean {
  return rate === 0 || (typeof rate === 'string' && /^0(?:\/[smh])?$/.test(rate));
}

/** undefined = it is no rate */
export function intervalOf(rate: unknown): number | undefined {
  const [, count, unit = 's'] = (typeof rate === 'string' && /^(\d+(?:\.\d+)?)(?:\/([smh]))?$/.exec(rate)) || [];
  const times = typeof rate === 'number' ? rate : Number(count);
  const interval = MILLISECONDS[unit as 's'] / times;
  return times > 0 && Number.isFinite(times) && Number.isFinite(interval) ? interval : undefined;
}
