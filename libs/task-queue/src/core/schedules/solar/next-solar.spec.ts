import { describe, expect, it } from '@jest/globals';
import { getTimes, type SunTimes } from 'suncalc';
import { ticksBetween } from '../next-tick.js';
import { nextSolar } from './next-solar.js';
import { SOLAR_EVENTS, type SolarEvent } from '../schedule.js';
import { solar } from './solar.js';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
const at = (text: string): number => Date.parse(text);

describe('published solar times', () => {
  // Almanac, in UTC to the minute: London (51.51° N, 0.13° W), New York (40.71° N, 74.01° W), Sydney (33.87° S, 151.21° E), Tokyo.
  it.each([
    ['sunrise', 51.51, -0.13, '2024-06-21T03:43Z'],
    ['sunset', 51.51, -0.13, '2024-06-21T20:21Z'],
    ['sunrise', 51.51, -0.13, '2024-12-21T08:04Z'],
    ['sunset', 51.51, -0.13, '2024-12-21T15:53Z'],
    ['sunrise', 40.71, -74.01, '2024-12-21T12:17Z'],
    ['sunset', 40.71, -74.01, '2024-12-21T21:32Z'],
    ['sunrise', -33.87, 151.21, '2024-12-20T18:41Z'],
    ['sunset', -33.87, 151.21, '2024-12-21T09:05Z'],
    ['sunrise', 35.68, 139.69, '2024-06-20T19:26Z'],
    ['solar_noon', 51.48, 0, '2024-11-03T11:44Z'],
    ['solar_noon', 51.48, 0, '2024-02-11T12:14Z'],
  ] as const)('%s at %d, %d: %s', (event, latitude, longitude, published) => {
    const tick = nextSolar(solar(event, latitude, longitude), at(published) - 12 * 60 * MINUTE)!;
    expect(Math.abs(tick - at(published)) / MINUTE).toBeLessThanOrEqual(2);
  });
});

describe('compared with another library', () => {
  const names: Record<SolarEvent, keyof SunTimes> = {
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
  const places = [
    [0, 0],
    [21.03, 105.85],
    [40.7, -74],
    [-33.87, 151.2],
    [10, 179.9],
    [-10, -179.9],
  ] as const;

  it.each(SOLAR_EVENTS)('%s agrees every day within a minute', (event) => {
    for (const [latitude, longitude] of places) {
      const ticks = [...ticksBetween(solar(event, latitude, longitude), at('2026-01-01T00:00Z'), at('2026-01-31T00:00Z'))];
      expect(ticks.length).toBeGreaterThanOrEqual(29);
      for (const tick of ticks) {
        const noon = new Date((Math.floor((tick + (longitude / 360) * DAY) / DAY) + 0.5) * DAY - (longitude / 360) * DAY);
        const other = getTimes(noon, latitude, longitude)[names[event]] as Date;
        expect(Math.abs(tick - other.getTime())).toBeLessThan(MINUTE);
      }
    }
  });
});

describe('polar day and night', () => {
  const tromso = (event: SolarEvent): ReturnType<typeof solar> => solar(event, 69.65, 18.96);

  it('skips the polar night until the sun rises again', () => {
    const [last, first] = [...ticksBetween(tromso('sunrise'), at('2024-11-20T00:00Z'), at('2025-01-20T00:00Z'))]
      .map((tick, index, ticks) => [tick, ticks[index + 1]!] as const)
      .find(([tick, next]) => next - tick > 2 * DAY)!;
    expect(new Date(last).toISOString().slice(0, 10)).toBe('2024-11-26');
    expect(new Date(first).toISOString().slice(0, 10)).toBe('2025-01-15');
  });

  it('skips the polar day, and white nights without an astronomical dusk', () => {
    expect(new Date(nextSolar(tromso('sunset'), at('2024-06-01T00:00Z'))!).toISOString()).toMatch(/^2024-07-2[5-9]/);
    expect(new Date(nextSolar(solar('dusk_astronomical', 51.51, -0.13), at('2024-06-01T00:00Z'))!).toISOString()).toMatch(
      /^2024-07-(19|20)/,
    );
  });

  it('has a noon every day, and one sunrise a year at the pole', () => {
    const year = [at('2024-01-01T00:00Z'), at('2024-12-31T00:00Z')] as const;
    expect([...ticksBetween(tromso('solar_noon'), ...year)]).toHaveLength(365);
    expect([...ticksBetween(solar('sunrise', 90, 0), ...year)]).toHaveLength(1);
  });
});

it('finds the same tick for an event, wherever the search starts', () => {
  const sunset = solar('sunset', 64.1, -21.9);
  const ticks = [...ticksBetween(sunset, at('2025-05-15T00:00Z'), at('2025-08-01T00:00Z'))];
  for (const tick of ticks) {
    expect(nextSolar(sunset, tick - 1)).toBe(tick);
    expect(nextSolar(sunset, tick - 5 * 60 * MINUTE)).toBe(tick);
    expect(nextSolar(sunset, tick)! - tick).toBeGreaterThan(23 * 60 * MINUTE);
  }
});
