import { z } from 'zod';
import { didYouMean } from '../../errors/did-you-mean.js';
import { InvalidScheduleError } from '../../errors/schedule-errors.js';
import { checkOptions } from '../../options/check-options.js';
import { SOLAR_EVENTS, type SolarEvent, type SolarSchedule } from '../schedule.js';
import { recurrenceOf, recurrenceShape, type RecurrenceOptions } from '../schedule-options.js';

const optionsSchema = z.object(recurrenceShape);
const placeSchema = z.object({
  latitude: z.number().min(-90).max(90).describe('degrees from -90 (south) to 90 (north)'),
  longitude: z.number().min(-180).max(180).describe('degrees from -180 (west) to 180 (east)'),
});

/**
 * A schedule that follows the sun: `solar('sunset', 21.03, 105.85)`. Days without the event (polar day and night) have no tick.
 * @throws InvalidScheduleError · UnknownOptionError · InvalidOptionError
 */
export function solar(event: SolarEvent, latitude: number, longitude: number, options: RecurrenceOptions = {}): SolarSchedule {
  const { except } = checkOptions(optionsSchema, options, 'solar()');
  if (!SOLAR_EVENTS.includes(event)) {
    const hint = typeof event === 'string' ? didYouMean(event, SOLAR_EVENTS) : '';
    throw new InvalidScheduleError('event', event, `There is no such solar event.${hint}`);
  }
  const place = checkOptions(placeSchema, { latitude, longitude }, 'solar()');
  return { type: 'solar', event, ...place, ...recurrenceOf({ except }) };
}
