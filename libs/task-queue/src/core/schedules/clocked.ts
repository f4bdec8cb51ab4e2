import { z } from 'zod';
import { checkOptions } from '../options/check-options.js';
import { toInstant, type Moment } from './moment.js';
import type { ClockedSchedule } from './schedule.js';

export interface ClockedOptions {
  /** of a text without an offset: `clocked('2027-01-31T18:00', { timezone: 'Europe/Paris' })` */
  timezone?: string;
}

const schema = z.object({ timezone: z.string().optional().describe("the name of a zone, such as 'Asia/Ho_Chi_Minh'") });

/**
 * Once, at an instant.
 * @throws InvalidScheduleError · UnknownTimezoneError · UnknownOptionError
 */
export function clocked(at: Moment, options: ClockedOptions = {}): ClockedSchedule {
  const { timezone } = checkOptions(schema, options, 'clocked()');
  return { type: 'clocked', at: toInstant(at, 'clocked', timezone) };
}
