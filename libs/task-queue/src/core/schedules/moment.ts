import { z } from 'zod';
import { InvalidScheduleError } from '../errors/schedule-errors.js';
import { checkTimezone, instantOf } from './timezones.js';

/** An instant: a Date, epoch ms, or an ISO 8601 string. A string without an offset is a wall time and needs a zone. */
export type Moment = Date | number | string;

const iso = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()]);
/** An instant with a fraction of nine digits and an offset takes 35 characters. */
const MAX_LENGTH = 50;
const MINUTES_ONLY = /(T\d\d:\d\d)(?=[Z+-]|$)/;
const HAS_OFFSET = /T.*(?:Z|[+-]\d\d:\d\d)$/;
const TAKES = "It takes a Date, epoch milliseconds, or a string such as '2027-01-31T18:00:00Z', of the years 1 to 9999.";
/** The range of four-digit years in ISO 8601, which every store supports. */
const [EARLIEST, LATEST] = [Date.parse('0001-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

/**
 * @param part name of the part of the schedule, for the error
 * @throws InvalidScheduleError
 */
export function toInstant(moment: Moment, part: string, timezone?: string): number {
  const instant = typeof moment === 'string' ? readText(moment, part, timezone) : moment instanceof Date ? moment.getTime() : moment;
  if (!Number.isInteger(instant) || instant < EARLIEST || instant > LATEST) throw new InvalidScheduleError(part, moment, TAKES);
  return instant;
}

function readText(written: string, part: string, timezone: string | undefined): number {
  const text = written.length > MAX_LENGTH ? '' : written.replace(MINUTES_ONLY, '$1:00');
  if (!iso.safeParse(text).success) throw new InvalidScheduleError(part, written, TAKES);
  if (HAS_OFFSET.test(text)) return Date.parse(text);
  if (timezone === undefined) throw new InvalidScheduleError(part, written, "It is a wall time: add 'Z', an offset, or a timezone.");
  return instantOf(checkTimezone(timezone), Date.parse(text.includes('T') ? `${text}Z` : text));
}
