import assert from 'node:assert/strict';
import type { UniqueKey } from '../../core/message/unique-key.js';
import { arm, definition, schedule, send } from './schedule-samples.js';
import { publication, type Stage, type StagedTest } from './stage.js';

const FIRST = 1_000_000;
const HELD: UniqueKey = { key: 'run of s', expires: null, until: 'end', onConflict: 'reject' };

export function describeClaims(test: StagedTest): void {
  claiming(test);
  holding(test);
  remembering(test);
}

/** A schedule whose next tick is {@link FIRST}. */
async function armed(stage: Stage, id = 's'): Promise<Stage['transport']['schedules']> {
  const { schedules } = stage.transport;
  await schedules.create(schedule(id));
  await schedules.claim([arm(id, FIRST)]);
  return schedules;
}

function claiming(test: StagedTest): void {
  test('rule 29: a claim sends its tick and advances its schedule in one step', async (stage) => {
    const schedules = await armed(stage);
    const [receipt] = await schedules.claim([send('s', FIRST, FIRST + 1_000, { id: 'run' })]);
    assert.deepEqual(receipt, { taken: true, published: { id: 'run', deduplicated: false } });
    const { nextRunAt, wakeAt, lastTick, lastRunAt, lastRunId, totalRunCount, version } = (await schedules.get('s'))!;
    assert.deepEqual([nextRunAt, wakeAt, lastTick, lastRunId, totalRunCount, version], [FIRST + 1_000, FIRST + 1_000, FIRST, 'run', 1, 1]);
    assert.ok(lastRunAt! > FIRST);
    assert.equal(await stage.placeOf('run'), 'ready');
  });

  test('rule 29: of several claims of the same tick one is taken', async (stage) => {
    const schedules = await armed(stage);
    const beats = await Promise.all([stage.another(), stage.another(), stage.another(), stage.another()]);
    const claims = beats.map((beat, at) => beat.schedules.claim([send('s', FIRST, FIRST + 1_000, { id: `run of beat ${at}` })]));
    const taken = (await Promise.all(claims)).flat().filter((receipt) => receipt.taken);
    assert.equal(taken.length, 1);
    assert.equal((await stage.inspector.counts('work')).ready, 1);
    assert.equal((await schedules.get('s'))?.totalRunCount, 1);
  });

  test('rule 29: a claim that was computed before an edit, or of a disabled schedule, sends nothing', async (stage) => {
    const schedules = await armed(stage);
    await armed(stage, 't');
    await schedules.replace('s', 1, definition({ name: 's' }));
    await schedules.setEnabled(['t'], false);
    const late = ['s', 't', 'gone'].map((id) => send(id, FIRST, FIRST + 1_000, { id: `run of ${id}` }));
    assert.deepEqual(await schedules.claim(late), [{ taken: false }, { taken: false }, { taken: false }]);
    assert.equal((await stage.inspector.counts('work')).ready, 0);
    assert.equal((await schedules.get('s'))?.nextRunAt, null);
  });

  test('rule 29: a next tick that was computed before an edit is discarded', async (stage) => {
    const { schedules } = stage.transport;
    await schedules.create(schedule('s'));
    await schedules.replace('s', 1, definition({ name: 's' }));
    assert.deepEqual(await schedules.claim([arm('s', FIRST)]), [{ taken: false }]);
    assert.deepEqual(await schedules.claim([arm('s', FIRST, 2)]), [{ taken: true }]);
  });

  test('claims of one schedule are taken in order, each after the previous one', async (stage) => {
    const schedules = await armed(stage);
    await armed(stage, 't');
    const receipts = await schedules.claim([
      send('s', FIRST, FIRST + 1, { id: 'one' }),
      send('t', FIRST, FIRST + 9, { id: 'between', queue: 'other' }),
      send('s', FIRST + 1, FIRST + 2, { id: 'two' }),
      send('s', FIRST + 2, null, { id: 'three', due: { delay: 60_000 } }),
    ]);
    assert.deepEqual(receipts.map(({ taken }) => taken), [true, true, true, true]); // prettier-ignore
    const places = await Promise.all(['one', 'between', 'two', 'three'].map((id) => stage.placeOf(id)));
    assert.deepEqual(places, ['ready', 'ready', 'ready', 'delayed']);
    const { totalRunCount, enabled, disabledBecause, lastTick } = (await schedules.get('s'))!;
    assert.deepEqual([totalRunCount, enabled, disabledBecause, lastTick], [3, false, 'finished', FIRST + 2]);
  });

  test('a publication that the broker refuses fails its claims, and the tick is still due', async (stage) => {
    const schedules = await armed(stage);
    const bad = send('s', FIRST, FIRST + 1, { id: 'run', unique: { ...HELD, key: '' } });
    await assert.rejects(schedules.claim([bad]), { code: 'INVALID_OPTION' });
    assert.equal((await schedules.get('s'))?.nextRunAt, FIRST);
    assert.deepEqual(
      (await schedules.claim([send('s', FIRST, FIRST + 1, { id: 'run' })])).map(({ taken }) => taken),
      [true],
    );
  });

  test('an empty list of claims gets an empty answer', async ({ transport: { schedules } }) => {
    assert.deepEqual(await schedules.claim([]), []);
  });
}

function holding(test: StagedTest): void {
  test('a run that the previous run holds back is skipped', async (stage) => {
    const schedules = await armed(stage);
    const run = (due: number, id: string) => send('s', due, due + 1, { id, unique: HELD });
    await schedules.claim([run(FIRST, 'one')]);
    const [held] = await schedules.claim([run(FIRST + 1, 'two')]);
    assert.deepEqual(held, { taken: true, published: { id: 'two', deduplicated: false, refused: { reason: 'unique', holder: 'one' } } });
    const consumer = await stage.consumer();
    await consumer.drainOnce();
    const [taken] = await schedules.claim([run(FIRST + 2, 'three')]);
    assert.deepEqual(taken?.published, { id: 'three', deduplicated: false });
    const { ticks } = await schedules.history('s', { limit: 9 });
    const lines = ticks.map(({ tick, outcome, runId }) => [tick - FIRST, outcome, runId]);
    assert.deepEqual(lines, [[2, 'sent', 'three'], [1, 'held', 'one'], [0, 'sent', 'one']]); // prettier-ignore
    assert.equal((await schedules.get('s'))?.totalRunCount, 2);
    await consumer.consumer.close();
  });

  test('a claim to be retried keeps its tick and is due again later', async (stage) => {
    const schedules = await armed(stage);
    await schedules.claim([send('s', FIRST, FIRST + 1, { id: 'one', unique: HELD })]);
    const again = send('s', FIRST + 1, FIRST + 2, { id: 'two', unique: HELD, retryAfter: 30_000 });
    assert.deepEqual(
      (await schedules.claim([again])).map(({ taken }) => taken),
      [true],
    );
    const { now, schedules: due, nextAt } = await schedules.due(10);
    assert.deepEqual(due, []);
    assert.ok(nextAt! > now + 20_000 && nextAt! <= now + 30_000);
    assert.equal((await schedules.get('s'))?.nextRunAt, FIRST + 1);
    assert.equal((await schedules.history('s', { limit: 9 })).ticks.length, 1);
    stage.shiftTime(30_000);
    assert.deepEqual((await schedules.due(10)).schedules.map(({ id }) => id), ['s']); // prettier-ignore
  });
}

function remembering(test: StagedTest): void {
  test('history is paged newest first and removed with its schedule', async (stage) => {
    const schedules = await armed(stage);
    const skip = { kind: 'advance', next: { tick: FIRST + 9, wakeAt: FIRST + 9 }, missed: { count: 8, last: FIRST + 8 } } as const;
    await schedules.claim([
      { schedule: 's', version: 1, due: FIRST, turn: skip },
      send('s', FIRST + 9, FIRST + 10, { id: 'one' }),
      send('s', FIRST + 10, FIRST + 11, { id: 'two' }),
    ]);
    const first = await schedules.history('s', { limit: 2 });
    await schedules.claim([send('s', FIRST + 11, FIRST + 12, { id: 'three' })]);
    const second = await schedules.history('s', { limit: 2, cursor: first.next! });
    assert.deepEqual(first.ticks.map(({ seq, runId }) => [seq, runId]), [[3, 'two'], [2, 'one']]); // prettier-ignore
    const { at, ...missed } = second.ticks[0]!;
    assert.deepEqual(missed, { seq: 1, tick: FIRST + 8, cause: 'schedule', outcome: 'missed', runId: null, count: 8 });
    assert.ok(at > FIRST);
    assert.deepEqual([second.ticks.length, second.next], [1, null]);
    await schedules.remove('s', null);
    assert.deepEqual(await schedules.history('s', { limit: 9 }), { ticks: [], next: null });
  });

  test('a cursor of history that no page has given is refused as such', async (stage) => {
    const schedules = await armed(stage);
    for (const cursor of ['abc', '', '-1', '1e400', '1.5', '99999999999999999999', "1'"]) {
      await assert.rejects(schedules.history('s', { limit: 2, cursor }), { code: 'INVALID_OPTION', option: 'cursor' });
    }
  });

  test('a manual run is sent, counted and recorded, and does not move the next tick', async (stage) => {
    const schedules = await armed(stage);
    const runs = [1, 2].map((tick) => ({
      tick,
      cause: 'backfill' as const,
      publication: publication({ id: `run ${tick}`, traced: true }),
    }));
    assert.deepEqual((await schedules.fire('s', runs)).map(({ deduplicated }) => deduplicated), [false, false]); // prettier-ignore
    assert.deepEqual((await schedules.fire('s', runs.slice(1))).map(({ deduplicated }) => deduplicated), [true]); // prettier-ignore
    const { totalRunCount, nextRunAt, lastTick, lastRunId } = (await schedules.get('s'))!;
    assert.deepEqual([totalRunCount, nextRunAt, lastTick, lastRunId], [2, FIRST, null, 'run 2']);
    const { ticks } = await schedules.history('s', { limit: 9 });
    assert.deepEqual(ticks.map(({ tick, cause }) => [tick, cause]), [[2, 'backfill'], [1, 'backfill']]); // prettier-ignore
    assert.equal((await stage.inspector.counts('work')).ready, 2);
    await assert.rejects(schedules.fire('none', runs), { code: 'SCHEDULE_NOT_FOUND' });
  });
}
