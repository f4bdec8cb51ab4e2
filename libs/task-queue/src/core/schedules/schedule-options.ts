import { z } from 'zod';
import { checkCalendar, type ExclusionInput } from './exclusions.js';
import type { DayMatching, ExclusionCalendar, GapPolicy, OverlapPolicy } from './schedule.js';
import { checkTimezone, zoneField } from './timezones.js';

/** Options of every recurring schedule. */
export interface RecurrenceOptions {
  /** times at which it is not due */
  except?: ExclusionInput;
}

export interface CrontabOptions extends RecurrenceOptions {
  /** IANA name; default: the zone of the beat, or UTC */
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
  timezone: zoneField,
  dayMatching: oneOf(['and', 'or']),
  gap: oneOf(['next', 'skip']),
  overlap: oneOf(['once', 'twice']),
};

/** The calendar of a schedule; no field when there is none. */
export function recurrenceOf({ except }: RecurrenceOptions): { except?: ExclusionCalendar } {
  return except === undefined ? {} : { except: checkCalendar(except) };
}

export function zoneOf({ timezone }: { timezone?: string }): { timezone?: string } {
  return timezone === undefined ? {} : { timezone: checkTimezone(timezone) };
}
