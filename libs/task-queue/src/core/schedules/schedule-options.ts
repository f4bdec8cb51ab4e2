import { z } from 'zod';
import { checkCalendar, type ExclusionInput } from './exclusions.js';
import type { DayMatching, ExclusionCalendar, GapPolicy, OverlapPolicy } from './schedule.js';
import { checkTimezone } from './timezones.js';

/** What every schedule that comes again may say. */
export interface RecurrenceOptions {
  /** when it is not due */
  except?: ExclusionInput;
}

export interface CrontabOptions extends RecurrenceOptions {
  /** IANA name; default: the zone of the beat, UTC if that has none */
  timezone?: string;
  /** default `and`, as in Celery */
  dayMatching?: DayMatching;
  /** default `next` */
  gap?: GapPolicy;
  /** default `once` */
  overlap?: OverlapPolicy;
}

const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z
    .enum(values)
    .optional()
    .describe(values.map((value) => `'${value}'`).join(' or '));

export const recurrenceShape = { except: z.custom<ExclusionInput>().optional() };

export const crontabShape = {
  ...recurrenceShape,
  timezone: z.string().optional().describe("the name of a zone, such as 'Asia/Ho_Chi_Minh'"),
  dayMatching: oneOf(['and', 'or']),
  gap: oneOf(['next', 'skip']),
  overlap: oneOf(['once', 'twice']),
};

/** The part of a stored schedule that the options make: nothing is there that was not asked for. */
export function recurrenceOf({ except }: RecurrenceOptions): { except?: ExclusionCalendar } {
  return except === undefined ? {} : { except: checkCalendar(except) };
}

export function zoneOf({ timezone }: { timezone?: string }): { timezone?: string } {
  return timezone === undefined ? {} : { timezone: checkTimezone(timezone) };
}
