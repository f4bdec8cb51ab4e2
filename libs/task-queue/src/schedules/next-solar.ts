import { getTimes, type SunTimes } from 'suncalc';
import type { SolarEvent, SolarSchedule } from './schedule.js';

const DAY = 86_400_000;
const YEAR = 366;

/** suncalc's names for them. */
const TIMES: Record<SolarEvent, keyof SunTimes> = {
  dawn_astronomical: 'nightEnd',
  dawn_nautical: 'nauticalDawn',
  dawn_civil: 'dawn',
  sunrise: 'sunrise',
  solar_noon: 'solarNoon',
  sunset: 'sunset',
  dusk_civil: 'dusk',
  dusk_nautical: 'nauticalDusk',
  dusk_astronomical: 'night',
};

/**
 * The first time after an instant at which the event happens, to the second; null where it never does, at the poles. It is
 * computed for each solar day from that day's noon, so that one event is the same tick whenever it is asked for.
 */
export function nextSolar(schedule: SolarSchedule, after: number): number | null {
  const ahead = (schedule.longitude / 360) * DAY;
  const today = Math.floor((after + ahead) / DAY);
  for (let day = today - 1; day <= today + YEAR; day++) {
    const noon = new Date((day + 0.5) * DAY - ahead);
    const time = getTimes(noon, schedule.latitude, schedule.longitude)[TIMES[schedule.event]];
    if (!(time instanceof Date)) continue;
    const tick = Math.floor(time.getTime() / 1_000) * 1_000;
    if (tick > after) return tick;
  }
  return null;
}
