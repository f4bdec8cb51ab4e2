import assert from 'node:assert/strict';
import type { CodeSchedule } from '../../core/ports/stores/schedule-store.js';
import type { ScheduleDefinition } from '../../core/ports/stores/stored-schedule.js';
import { crontab } from '../../core/schedules/crontab/crontab.js';
import { parseField } from '../../core/schedules/crontab/crontab-fields.js';
import type { HarnessFactory } from './harness.js';
import { codes, definition, schedule } from './schedule-samples.js';
import { describeClaims } from './schedule-store-claims.js';
import { describeDue } from './schedule-store-due.js';
import { staged, type Stage, type StagedTest } from './stage.js';
import { testRunner } from './test-runner.js';

/** Tests of a schedule store. */
export function scheduleStoreConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('schedule store', () => {
    describe('create, replace, remove', () => editing(test));
    describe('list', () => listing(test));
    describe('setEnabled', () => enabling(test));
    describe('due', () => describeDue(test));
    describe('claim, fire and history', () => describeClaims(test));
    describe('syncCode', () => syncing(test));
  });
}

function editing(test: StagedTest): void {
  test('a schedule is read as it was written, whatever characters its strings contain', async (stage) => {
    const written = definition({
      name: 'nightly “é” \\ % _',
      args: [1, 'zwei', { three: [null, true] }],
      kwargs: { a: { b: 'c' } },
      headers: { 'x-team': 'blog' },
      queue: 'high',
      priority: 9,
      timezone: 'Asia/Ho_Chi_Minh',
      oneOff: true,
      startTime: 1_900_000_000_000,
      expires: 1_950_000_000_000,
      description: 'at night',
      overlap: 'buffer-one',
      catchUp: 'all',
      catchUpWindow: 5_000,
      jitter: 250,
      pauseAfterFailures: 3,
    });
    const made = await stage.transport.schedules.create(schedule('s1', written));
    assert.deepEqual(pick(made, written), written);
    const { version, source, key, owner, disabledBecause, broken, nextRunAt, lastTick, lastRunAt, lastRunId, totalRunCount } = made;
    assert.deepEqual([version, source, key, owner, disabledBecause, broken], [1, 'api', null, null, null, null]);
    assert.deepEqual([nextRunAt, lastTick, lastRunAt, lastRunId, totalRunCount], [null, null, null, null, 0]);
    assert.deepEqual(await (await stage.another()).schedules.get('s1'), made);
    assert.equal(await stage.transport.schedules.get('s2'), null);
  });

  test('a crontab of long lists is kept, and matches what it lists', async ({ transport: { schedules } }) => {
    // No fixed order, so that the text cannot be shortened to ranges, nor compressed.
    const shuffled = (count: number, length: number) => Array.from({ length }, (_, index) => (index * 37 + index ** 2) % count);
    const long = crontab({ second: shuffled(60, 190), minute: shuffled(60, 190), hour: shuffled(24, 190) });
    await schedules.create(schedule('s1', { schedule: long }));
    assert.deepEqual((await schedules.get('s1'))?.schedule, long);
    assert.deepEqual(
      parseField('minute', long.minute),
      [...new Set(shuffled(60, 190))].sort((a, b) => a - b),
    );
  });

  test('a name belongs to one schedule until that is renamed or removed', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('s1', { name: 'a' }));
    await schedules.create(schedule('s2', { name: 'b' }));
    await assert.rejects(schedules.create(schedule('s3', { name: 'a' })), { code: 'SCHEDULE_NAME_TAKEN' });
    await assert.rejects(schedules.replace('s2', null, definition({ name: 'a' })), { code: 'SCHEDULE_NAME_TAKEN' });
    await schedules.replace('s1', null, definition({ name: 'c' }));
    await schedules.replace('s2', null, definition({ name: 'a' }));
    await schedules.remove('s1', null);
    await schedules.create(schedule('s3', { name: 'c' }));
    assert.deepEqual(await names(schedules), ['a', 'c']);
  });

  test('an edit of an outdated version is refused and changes nothing', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('s1', { name: 'a' }));
    const edited = await schedules.replace('s1', 1, definition({ name: 'a', description: 'first' }));
    assert.equal(edited.version, 2);
    await assert.rejects(schedules.replace('s1', 1, definition({ name: 'a' })), { code: 'SCHEDULE_STALE', expected: 1, found: 2 });
    await assert.rejects(schedules.remove('s1', 1), { code: 'SCHEDULE_STALE' });
    assert.equal((await schedules.get('s1'))?.description, 'first');
    await schedules.remove('s1', 2);
    await assert.rejects(schedules.remove('s1', null), { code: 'SCHEDULE_NOT_FOUND' });
    await assert.rejects(schedules.replace('s1', null, definition()), { code: 'SCHEDULE_NOT_FOUND' });
  });
}

function listing(test: StagedTest): void {
  test('pages are ordered by name and complete', async ({ transport: { schedules } }) => {
    const all = ['d', 'a', 'e', 'c', 'b'];
    for (const name of all) await schedules.create(schedule(`id-${name}`, { name }));
    const first = await schedules.list({ limit: 2 });
    await schedules.remove('id-b', null);
    const second = await schedules.list({ limit: 2, cursor: first.next! });
    const third = await schedules.list({ limit: 2, cursor: second.next! });
    const pages = [first, second, third].map((page) => page.schedules.map(({ name }) => name).join(''));
    assert.deepEqual(pages, ['ab', 'cd', 'e']);
    assert.equal(third.next, null);
  });

  test('a filter finds the schedules that match all of its conditions', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('1', { name: 'Send mails', task: 'mail', queue: 'high' }));
    await schedules.create(schedule('2', { name: 'send bills', task: 'bill' }));
    await schedules.create(schedule('3', { name: '100% off', task: 'bill', enabled: false }));
    await schedules.syncCode('app', [code('k', { name: 'coded' })]);
    await schedules.claim([{ schedule: '2', version: 1, due: null, turn: { kind: 'break', reason: 'no such task' } }]);
    assert.deepEqual(await names(schedules, { search: 'SEND' }), ['Send mails', 'send bills']);
    assert.deepEqual(await names(schedules, { search: '%' }), ['100% off']);
    assert.deepEqual(await names(schedules, { name: 'coded' }), ['coded']);
    assert.deepEqual(await names(schedules, { task: 'bill' }), ['100% off', 'send bills']);
    assert.deepEqual(await names(schedules, { task: 'bill', enabled: true }), ['send bills']);
    assert.deepEqual(await names(schedules, { queue: 'high' }), ['Send mails']);
    assert.deepEqual(await names(schedules, { source: 'code' }), ['coded']);
    assert.deepEqual(await names(schedules, { broken: true }), ['send bills']);
    assert.equal((await names(schedules, { broken: false })).length, 3);
  });
}

function enabling(test: StagedTest): void {
  test('many schedules are enabled or disabled at once; unchanged ones keep their next tick', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('1', { name: 'a' }));
    await schedules.create(schedule('2', { name: 'b', enabled: false }));
    assert.equal(await schedules.setEnabled(['1', '2', 'none', '1'], false), 1);
    assert.deepEqual((await schedules.due(10)).schedules, []);
    assert.equal(await schedules.setEnabled(['1', '2'], true), 2);
    const { schedules: due } = await schedules.due(10);
    const versions = Object.fromEntries(due.map(({ id, version }) => [id, version]));
    assert.deepEqual(versions, { '1': 3, '2': 2 });
    assert.ok(due.every(({ wakeAt, since }) => wakeAt === since));
    assert.equal(await schedules.setEnabled(['1'], true), 0);
  });
}

function syncing(test: StagedTest): void {
  test('a sync of code creates, changes and removes only its own schedules', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('api', { name: 'by hand' }));
    await schedules.syncCode('other', [code('k1', { name: 'other’s' })]);
    assert.deepEqual(await schedules.syncCode('app', [code('k1', { name: 'a' }), code('k2', { name: 'b' })]), synced(2, 0, 0));
    const again = [code('k1', { name: 'a' }, 'digest 2'), code('k3', { name: 'b' })];
    assert.deepEqual(await schedules.syncCode('app', again), synced(1, 1, 1));
    assert.deepEqual(await schedules.syncCode('app', again), synced(0, 0, 0));
    assert.deepEqual(await names(schedules), ['a', 'b', 'by hand', 'other’s']);
    const { schedules: all } = await schedules.list({ limit: 9, filter: { source: 'code' } });
    assert.deepEqual(all.map(({ owner, key }) => `${owner}/${key}`), ['app/k1', 'app/k3', 'other/k1']); // prettier-ignore
  });

  test('a sync keeps schedules that an operator disabled and leaves unchanged schedules alone', async ({ transport: { schedules } }) => {
    await schedules.syncCode('app', [code('k', { name: 'a' })]);
    const { id, version } = (await schedules.list({ limit: 1 })).schedules[0]!;
    await schedules.setEnabled([id], false);
    await schedules.syncCode('app', [code('k', { name: 'a', description: 'new' }, 'digest 2')]);
    const changed = await schedules.get(id);
    assert.deepEqual([changed?.enabled, changed?.description, changed?.version], [false, 'new', version + 2]);
    const edited = await schedules.replace(id, null, definition({ name: 'a', description: 'by hand' }));
    await schedules.syncCode('app', [code('k', { name: 'a', description: 'new' }, 'digest 2')]);
    assert.deepEqual(await schedules.get(id), edited);
  });

  test('a sync can swap the names of two schedules, and cannot take a foreign name', async ({ transport: { schedules } }) => {
    await schedules.create(schedule('api', { name: 'taken' }));
    await schedules.syncCode('app', [code('k1', { name: 'a' }), code('k2', { name: 'b' })]);
    await schedules.syncCode('app', [code('k1', { name: 'b' }, '2'), code('k2', { name: 'a' }, '2')]);
    await assert.rejects(schedules.syncCode('app', [code('k1', { name: 'taken' }, '3')]), { code: 'SCHEDULE_NAME_TAKEN' });
    const { schedules: all } = await schedules.list({ limit: 9, filter: { source: 'code' } });
    assert.deepEqual(all.map(({ name, key }) => `${name}${key}`), ['ak2', 'bk1']); // prettier-ignore
  });

  test('processes that boot at the same time create each schedule once', async (stage) => {
    const others = await Promise.all([stage.another(), stage.another(), stage.another()]);
    const reports = await Promise.all(others.map(({ schedules }) => schedules.syncCode('app', codes(20))));
    assert.equal(reports.reduce((sum, { created }) => sum + created, 0), 20); // prettier-ignore
    assert.equal((await stage.transport.schedules.list({ limit: 50 })).schedules.length, 20);
  });
}

function code(key: string, input: Partial<ScheduleDefinition>, digest = 'digest'): CodeSchedule {
  return codes(1, { key, digest, ...input })[0]!;
}

function synced(created: number, changed: number, removed: number) {
  return { created, changed, removed };
}

function pick<T extends object>(from: T, like: object): Partial<T> {
  return Object.fromEntries(Object.keys(like).map((key) => [key, from[key as keyof T]])) as Partial<T>;
}

async function names(schedules: Stage['transport']['schedules'], filter = {}): Promise<string[]> {
  return (await schedules.list({ limit: 100, filter })).schedules.map(({ name }) => name);
}
