import { Body, Observer, SearchAltitude, SearchHourAngle } from 'astronomy-engine';
import type { SolarEvent, SolarSchedule } from '../schedule.js';
import { COST, newSearch, type Search } from '../search.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 366;
/** a winter solstice of the north, and the ms from one to the next */
const SOLSTICE = Date.UTC(2000, 11, 21, 13, 37);
const TROPICAL_YEAR = 365.2422 * DAY;
/** degrees by which the estimated declination may be wrong, and more */
const MARGIN = 2;

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
export function nextSolar(schedule: SolarSchedule, after: number, search: Search = newSearch()): number | null {
  const { event, latitude } = schedule;
  const observer = new Observer(schedule.latitude, schedule.longitude, 0);
  const ahead = (schedule.longitude / 360) * DAY;
  const today = Math.floor((after + ahead) / DAY);
  for (let day = today - 1; day <= today + YEAR; day++) {
    const noon = (day + 0.5) * DAY - ahead;
    const isPossible = event === 'solar_noon' || canReach(PASSAGES[event].altitude, latitude, noon);
    const time = isPossible ? eventOf(event, observer, noon) : undefined;
    search.left -= time !== undefined ? COST.solarEvent : isPossible ? COST.solarMiss : COST.solarNight;
    if (search.left < 0) return null;
    const tick = time === undefined ? -Infinity : Math.floor(time / 1_000) * 1_000;
    if (tick > after) return tick;
  }
  return null;
}

/**
 * Whether the sun may pass an altitude on a day, by its declination to the degree. Exact searches are too slow for the half year
 * of a polar night.
 */
function canReach(altitude: number, latitude: number, noon: number): boolean {
  const declination = -23.44 * Math.cos((2 * Math.PI * (noon - SOLSTICE)) / TROPICAL_YEAR);
  const highest = 90 - Math.abs(latitude - declination);
  const lowest = Math.abs(latitude + declination) - 90;
  return lowest - MARGIN <= altitude && altitude <= highest + MARGIN;
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
