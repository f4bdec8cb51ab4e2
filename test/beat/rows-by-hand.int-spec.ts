import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { describeSchedule } from '../../libs/task-queue/src/core/schedules/describe-schedule.js';
import { freshDatabase } from '../support/services.js';
import { openFixture, type BeatFixture } from './support.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let client: pg.Client;
let fixture: BeatFixture;

beforeAll(async () => {
  database = await freshDatabase();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
beforeEach(async () => {
  fixture = await openFixture({ broker: database.url, keyPrefix: 'by_hand', clock: systemClock, connection: { migrate: true } });
});
afterEach(async () => {
  await client.query('delete from by_hand.periodic_task');
  await fixture.close();
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

const crontab = (column: string, value: string) =>
  `with c as (insert into by_hand.crontab_schedule (${column}) values ('${value}') returning id)
   insert into by_hand.periodic_task (name, task, crontab_id) select 'odd', 'work', id from c`;
const task = (column: string, value: string) =>
  `with i as (insert into by_hand.interval_schedule (every, period) values (1, 'days') on conflict (every, period, anchor)
     do update set every = 1 returning id)
   insert into by_hand.periodic_task (name, task, interval_id, ${column}) select 'odd', 'work', id, '${value}' from i`;

/** The database takes it, and no schedule can be made of it. */
describe('a row that was written by hand', () => {
  it.each([
    ['arguments that are no JSON', task('args', 'no json'), 'args'],
    ['arguments that are no list', task('args', '{"a":1}'), 'args'],
    ['headers that are no object', task('headers', '[1]'), 'headers'],
    ['kwargs that are null', task('kwargs', 'null'), 'kwargs'],
    ['a zone that does not exist', task('timezone', 'Mars/Base'), 'Mars/Base'],
    ['exclusions that are none', task('exclusions', '{"weekdays":{"a":1}}'), 'weekdays'],
    ['a minute that does not exist', crontab('minute', '99'), 'minute'],
    ['a minute that is no number', crontab('minute', '* *'), 'minute'],
    ['a zone of its crontab that does not exist', crontab('timezone', 'Mars/Base'), 'Mars/Base'],
    ['a day that never comes', crontab('month_of_year, day_of_month', "2', '30"), 'never due'],
    [
      'an interval beyond all numbers',
      `with i as (insert into by_hand.interval_schedule (every, period) values (9000000000000000000, 'days') returning id)
       insert into by_hand.periodic_task (name, task, interval_id) select 'odd', 'work', id from i`,
      'every',
    ],
    [
      'a moment without end',
      `with k as (insert into by_hand.clocked_schedule (clocked_time) values ('infinity') returning id)
       insert into by_hand.periodic_task (name, task, clocked_id) select 'odd', 'work', id from k`,
      'clocked',
    ],
  ])('of %s is set aside as broken, says why, and holds up no other', async (_, sql, why) => {
    await client.query(sql);
    await fixture.create('good', { schedule: { every: 100 } });
    const beat = await fixture.beat();
    while (beat.health().sent < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    const { schedules } = await fixture.schedules.list({ limit: 9, filter: { broken: true } });
    expect(schedules).toMatchObject([{ name: 'odd', broken: expect.stringContaining(why) }]);
    // Whoever shows a list of them can show it.
    expect(describeSchedule(schedules[0]!.schedule)).not.toBe('');
    expect(Array.isArray(schedules[0]!.args)).toBe(true);
  });
});
