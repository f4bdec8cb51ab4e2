import assert from 'node:assert/strict';
import { arm, definition, schedule } from './schedule-samples.js';
import type { StagedTest } from './stage.js';

export function describeDue(test: StagedTest): void {
  test('a created, edited or enabled schedule is due at once and has no next tick', async (stage) => {
    const { schedules } = stage.transport;
    await schedules.create(schedule('s'));
    const { now, schedules: due } = await schedules.due(10);
    assert.deepEqual(due.map(({ id, nextRunAt, wakeAt, since }) => [id, nextRunAt, wakeAt === since]), [['s', null, true]]); // prettier-ignore
    assert.ok(due[0]!.since <= now);
    assert.deepEqual(await schedules.claim([arm('s', now + 60_000)]), [{ taken: true }]);
    assert.deepEqual((await schedules.due(10)).schedules, []);
    const edited = await schedules.replace('s', 1, definition({ name: 's', schedule: { type: 'interval', every: 5_000, anchor: 0 } }));
    assert.deepEqual([edited.nextRunAt, edited.version], [null, 2]);
    assert.deepEqual((await schedules.due(10)).schedules, [edited]);
  });

  test('rule 6: a schedule is due when its jitter has passed, by the store’s clock; until then due() returns that instant', async (stage) => {
    const { schedules } = stage.transport;
    await schedules.create(schedule('s'));
    await schedules.create(schedule('t'));
    assert.equal((await schedules.due(10)).schedules.length, 2);
    const { now } = await schedules.due(10);
    await schedules.claim([arm('s', now + 60_000, 1, now + 61_000), arm('t', now + 90_000)]);
    assert.equal((await schedules.due(10)).nextAt, now + 61_000);
    stage.shiftTime(60_500);
    assert.deepEqual((await schedules.due(10)).schedules, []);
    stage.shiftTime(600);
    const due = await schedules.due(10);
    assert.deepEqual([due.schedules.map(({ id }) => id), due.nextAt], [['s'], now + 90_000]);
    assert.equal(due.schedules[0]!.nextRunAt, now + 60_000);
  });

  test('the longest due come first, and due() says whether there are more', async (stage) => {
    const { schedules } = stage.transport;
    for (const id of ['a', 'b', 'c']) await schedules.create(schedule(id));
    const { now } = await schedules.due(10);
    await schedules.claim([arm('a', now + 3), arm('b', now + 1), arm('c', now + 2)]);
    stage.shiftTime(60_000);
    const due = await schedules.due(2);
    assert.deepEqual([due.schedules.map(({ id }) => id), due.nextAt], [['b', 'c'], now + 3]);
  });

  test('disabled, broken, paused, finished and removed schedules are not due', async (stage) => {
    const { schedules } = stage.transport;
    for (const id of ['disabled', 'broken', 'paused', 'finished', 'removed']) await schedules.create(schedule(id));
    await schedules.setEnabled(['disabled'], false);
    await schedules.remove('removed', null);
    const turnOf = (id: string) => ({ schedule: id, version: 1, due: null });
    const receipts = await schedules.claim([
      { ...turnOf('broken'), turn: { kind: 'break', reason: 'no such task' } },
      { ...turnOf('paused'), turn: { kind: 'pause', reason: 'failed 3 times' } },
      { ...turnOf('finished'), turn: { kind: 'advance', next: null } },
      { ...turnOf('disabled'), turn: { kind: 'advance', next: null } },
      { ...turnOf('removed'), turn: { kind: 'advance', next: null } },
    ]);
    assert.deepEqual(receipts.map(({ taken }) => taken), [true, true, true, false, false]); // prettier-ignore
    const { schedules: due, nextAt } = await schedules.due(10);
    assert.deepEqual([due, nextAt], [[], null]);
    const all = (await schedules.list({ limit: 9 })).schedules;
    assert.deepEqual(all.map(({ id, enabled, broken, disabledBecause, version }) => [id, enabled, broken, disabledBecause, version]), [
      ['broken', true, 'no such task', null, 1],
      ['disabled', false, null, null, 2],
      ['finished', false, null, 'finished', 2],
      ['paused', false, null, 'failed 3 times', 2],
    ]); // prettier-ignore
    assert.equal(await schedules.setEnabled(['broken', 'paused', 'finished'], true), 3);
    assert.equal((await schedules.due(10)).schedules.length, 3);
  });

  test('a sync that changes a finished schedule starts it again', async ({ transport: { schedules } }) => {
    const coded = { key: 'k', digest: '1', ...schedule('s') };
    await schedules.syncCode('app', [coded]);
    await schedules.claim([{ schedule: 's', version: 1, due: null, turn: { kind: 'advance', next: null } }]);
    await schedules.syncCode('app', [{ ...coded, digest: '2' }]);
    assert.equal((await schedules.due(10)).schedules.length, 1);
  });
}
