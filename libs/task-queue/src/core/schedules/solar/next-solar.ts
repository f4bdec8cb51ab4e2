import { Body, Observer, SearchAltitude, SearchHourAngle } from 'astronomy-engine';
import type { SolarEvent, SolarSchedule } from '../schedule.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 366;

/** Altitude (degrees of the sun's centre) that the sun passes at the event, rising (1) or setting (-1). */
const PASSAGES: Record<Exclude<SolarEvent, 'solar_noon'>, { readonly altitude: number; readonly direction: 1 | -1 }> = {
  dawn_astronomical: { altitude: -18, direction: 1 },
  dawn_nautical: { altitude: -12, direction: 1 },
  dawn_civil: { altitude: -6, direction: 1 },
  // half the solar disc and the atmospheric refraction: 50 minutes of arc, as in almanacs
  sunrise: { altitude: -50 / 60, direction: 1 },
  sunset: { altitude: -50 / 60, direction: -1 },
  dusk_civil: { altitude: -6, direction: -1 },
  dusk_nautical: { altitude: -12, direction: -1 },
  dusk_astronomical: { altitude: -18, direction: -1 },
};

/**
 * The first event after an instant, to the second; null when there is none within a year. The search of each day starts at a
 * fixed moment of that day, so that it always finds the same tick.
 */
export function nextSolar(schedule: SolarSchedule, after: number): number | null {
  const observer = new Observer(schedule.latitude, schedule.longitude, 0);
  const ahead = (schedule.longitude / 360) * DAY;
  const today = Math.floor((after + ahead) / DAY);
  for (let day = today - 1; day <= today + YEAR; day++) {
    const time = eventOf(schedule.event, observer, (day + 0.5) * DAY - ahead);
    const tick = time === undefined ? -Infinity : Math.floor(time / 1_000) * 1_000;
    if (tick > after) return tick;
  }
  return null;
}

/**
 * @param noon mean solar noon. The true sun deviates by at most 17 minutes, so every rising event lies between 13 hours before
 *   and 1 hour after it; setting events are mirrored. No event belongs to two days.
 */
function eventOf(event: SolarEvent, observer: Observer, noon: number): number | undefined {
  if (event === 'solar_noon') return SearchHourAngle(Body.Sun, observer, 0, new Date(noon - HOUR)).time.date.getTime();
  const { altitude, direction } = PASSAGES[event];
  const start = new Date(noon - (direction === 1 ? 13 * HOUR : HOUR));
  return SearchAltitude(Body.Sun, observer, direction, start, 14 / 24, altitude)?.date.getTime();
}
