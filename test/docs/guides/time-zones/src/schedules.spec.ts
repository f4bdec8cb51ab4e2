import { nextTick, ticksBetween } from 'nestjs-task-queue/schedules';
import { reminders, watch } from './exclusions.js';
import { report, strict } from './policies.js';
import { cleanup, launch, lights, poll, sync } from './schedules.js';

const next = (schedule: typeof cleanup | typeof poll | typeof lights | typeof launch, after: string): string =>
  new Date(nextTick(schedule, Date.parse(after))!).toISOString();

it('shows each kind of schedule at the time that its comment says', () => {
  expect(next(cleanup, '2027-01-01T00:00Z')).toBe('2027-01-01T19:00:00.000Z');
  expect(next(sync, '2027-01-01T17:00Z')).toBe('2027-01-04T08:00:00.000Z');
  expect(next(poll, '2027-01-01T00:20Z')).toBe('2027-01-01T01:50:00.000Z');
  expect(next(lights, '2027-01-01T00:00Z')).toMatch(/^2027-01-01T10:2/);
  expect(next(launch, '2027-01-01T00:00Z')).toBe('2027-05-01T07:00:00.000Z');
});

it('shows the policies on the days on which the clocks change', () => {
  const count = (schedule: typeof report, from: string, until: string): number =>
    [...ticksBetween(schedule, Date.parse(from), Date.parse(until))].length;
  const [spring, autumn] = [
    ['2027-03-28T00:00Z', '2027-03-28T12:00Z'],
    ['2027-10-30T23:00Z', '2027-10-31T12:00Z'],
  ] as const;
  expect([count(report, ...spring), count(report, ...autumn)]).toEqual([1, 1]);
  expect([count(strict, ...spring), count(strict, ...autumn)]).toEqual([0, 2]);
});

it('shows exclusions', () => {
  expect(next(reminders, '2027-03-25T12:00Z')).toBe('2027-03-29T06:00:00.000Z');
  expect(next(reminders, '2027-07-30T12:00Z')).toBe('2027-09-01T06:00:00.000Z');
  expect(next(watch, '2027-01-01T01:59:50Z')).toBe('2027-01-01T04:00:00.000Z');
});
