import { cron } from 'nestjs-task-queue';
import { describeSchedule, nextTick, ticksBetween } from 'nestjs-task-queue/schedules';

it('runs the nightly report on each night of the change to summer time', () => {
  const report = cron('30 2 * * *', { timezone: 'Europe/Berlin' });
  const [from, until] = [Date.UTC(2027, 2, 27), Date.UTC(2027, 2, 30)];

  expect([...ticksBetween(report, from, until)].map((tick) => new Date(tick).toISOString())).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-28T01:00:00.000Z', // 03:00, for there is no 02:30
    '2027-03-29T00:30:00.000Z',
  ]);
  expect(nextTick(report, until)).toBe(Date.UTC(2027, 2, 30, 0, 30));
  expect(describeSchedule(report)).toBe('At 02:30 (Europe/Berlin)');
});
