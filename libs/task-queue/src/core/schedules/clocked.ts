import { z } from 'zod';
import { checkOptions } from '../options/check-options.js';
import { toInstant, type Moment } from './moment.js';
import type { ClockedSchedule } from './schedule.js';
import { zoneField } from './timezones.js';

export interface ClockedOptions {
  /** zone of an instant without an offset: `clocked('2027-01-31T18:00', { timezone: 'Europe/Paris' })` */
  timezone?: string;
}

const schema = z.object({ timezone: zoneField });

/**
 * A schedule with one tick, at an instant.
 * @throws InvalidScheduleError · UnknownTimezoneError · UnknownOptionError
 */
export function clocked(at: Moment, options: ClockedOptions = {}): ClockedSchedule {
  const { timezone } = checkOptions(schema, options, 'clocked()');
  return { type: 'clocked', at: toInstant(at, 'clocked', timezone) };
}
