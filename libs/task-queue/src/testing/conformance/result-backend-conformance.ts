import assert from 'node:assert/strict';
import type { TaskResultRecord } from '../../core/message/task-result.js';
import { ack, as } from './hand-consumer.js';
import type { HarnessFactory } from './harness.js';
import { numbered, staged, type Stage, type StagedTest } from './stage.js';
import { testRunner } from './test-runner.js';

const MINUTE = 60_000;
const TERMINAL = ['SUCCESS', 'FAILURE', 'REVOKED', 'REJECTED', 'IGNORED'];

/** Tests of a result backend. */
export function resultBackendConformance(factory: HarnessFactory): void {
  const { describe } = testRunner();
  const test = staged(factory);
  describe('result backend', () => {
    describe('save and load', () => saving(test));
    describe('conditional save', () => finality(test));
    describe('wait', () => waiting(test));
    describe('expiry and forget', () => forgetting(test));
  });
}

function record(id: string, state = 'SUCCESS', retries = 0, more: Partial<TaskResultRecord> = {}): TaskResultRecord {
  return { id, state, retries, at: 1_700_000_000_000, ...more };
}

function save(stage: Stage, ...records: readonly TaskResultRecord[]): Promise<boolean[]> {
  return stage.results.save(records, MINUTE);
}

async function stateOf(stage: Stage, id: string): Promise<string | undefined> {
  return (await stage.results.load([id]))[0]?.state;
}

function saving(test: StagedTest): void {
  test('every process loads a record as it was saved', async (stage) => {
    const result = { text: 'a\u0000b "quoted" 👋', list: [1, null, { deep: true }], number: 0.1 };
    const error = { type: 'SmtpError', message: 'no\nway', code: 'EAUTH', stack: 'at x' };
    const records = [
      record('a', 'SUCCESS', 2, { result, worker: 'w@h' }),
      record('b', 'FAILURE', 0, { error }),
      record('c', 'PROGRESS', 0, { meta: { current: 1 } }),
    ];
    assert.deepEqual(await save(stage, ...records), [true, true, true]);
    assert.deepEqual(await (await stage.another()).results.load(['c', 'nobody', 'a', 'b']), [records[2], null, records[0], records[1]]);
  });

  test('later changes by the writer or a reader do not change the stored record', async (stage) => {
    const result = { list: [1] };
    await save(stage, record('a', 'SUCCESS', 0, { result }));
    result.list.push(2);
    const [first] = await stage.results.load(['a']);
    (first!.result as typeof result).list.push(3);
    assert.deepEqual((await stage.results.load(['a']))[0]?.result, { list: [1] });
  });

  test("rule 4: more records than a script's limit are saved and loaded together", async (stage) => {
    const ids = numbered(1_200);
    assert.ok((await save(stage, ...ids.map((id) => record(id)))).every(Boolean));
    assert.deepEqual(
      (await stage.results.load(ids)).map((found) => found?.id),
      ids,
    );
  });

  test('saving, loading and forgetting nothing is not an error', async (stage) => {
    assert.deepEqual(await save(stage), []);
    assert.deepEqual(await stage.results.load([]), []);
    await stage.results.forget([]);
  });
}

function finality(test: StagedTest): void {
  for (const state of TERMINAL) {
    test(`rule 13: ${state} is final`, async (stage) => {
      await save(stage, record('a', state));
      const later = ['STARTED', 'PROGRESS', 'RETRY', ...TERMINAL].map((other) => record('a', other, 9));
      assert.deepEqual(
        await save(stage, ...later),
        later.map(() => false),
      );
      assert.equal(await stateOf(stage, 'a'), state);
    });
  }

  test('rule 13: an earlier attempt does not overwrite a later one, not even with a terminal state', async (stage) => {
    await save(stage, record('a', 'STARTED', 2));
    assert.deepEqual(await save(stage, record('a', 'PROGRESS', 1), record('a', 'SUCCESS', 1)), [false, false]);
    assert.equal(await stateOf(stage, 'a'), 'STARTED');
    assert.deepEqual(await save(stage, record('a', 'SUCCESS', 2)), [true]);
  });

  test('rule 13: states of one attempt follow each other, and a later attempt follows an earlier one', async (stage) => {
    const life = [['STARTED', 0], ['PROGRESS', 0], ['RETRY', 0], ['STARTED', 1], ['FAILURE', 1]] as const; // prettier-ignore
    for (const [state, retries] of life) {
      assert.deepEqual(await save(stage, record('a', state, retries)), [true]);
      assert.equal(await stateOf(stage, 'a'), state);
    }
  });

  test('rule 13: retries are compared as numbers', async (stage) => {
    await save(stage, record('a', 'RETRY', 10));
    assert.deepEqual(await save(stage, record('a', 'STARTED', 9), record('a', 'STARTED', 11)), [false, true]);
  });

  test('rule 4: a refused record does not hold back the others of its batch', async (stage) => {
    await save(stage, record('b'));
    assert.deepEqual(await save(stage, record('a', 'STARTED'), record('b', 'STARTED'), record('a'), record('a', 'PROGRESS')), [true, false, true, false]); // prettier-ignore
  });
}

function waiting(test: StagedTest): void {
  const never = new AbortController().signal;

  test('wait: an existing result is returned at once', async (stage) => {
    await save(stage, record('a', 'FAILURE'));
    assert.equal((await stage.results.wait('a', never))?.state, 'FAILURE');
  });

  test('wait: only a terminal state wakes the waiters, in every process', async (stage) => {
    const other = await stage.another();
    const waits = [stage.results.wait('a', never), stage.results.wait('a', never), other.results.wait('a', never)];
    await save(stage, record('a', 'STARTED'), record('b'));
    await save(stage, record('a', 'SUCCESS', 0, { result: 42 }));
    assert.deepEqual(
      (await Promise.all(waits)).map((found) => found?.result),
      [42, 42, 42],
    );
  });

  test('wait: a result that a settlement carries wakes the waiter', async (stage) => {
    await stage.publish('a');
    const worker = await stage.consumer();
    const delivery = await worker.takeOne();
    const waiting = stage.results.wait('a', never);
    await worker.settle(as(delivery, ack(), { result: { record: record('a'), expires: MINUTE } }));
    assert.equal((await waiting)?.state, 'SUCCESS');
  });

  test('wait: returns null when it is aborted, before or while it waits', async (stage) => {
    const abort = new AbortController();
    const waiting = stage.results.wait('a', abort.signal);
    abort.abort();
    assert.equal(await waiting, null);
    assert.equal(await stage.results.wait('a', abort.signal), null);
  });

  test('wait: waits for many ids at once each get their own result', async (stage) => {
    const ids = numbered(300);
    const waits = ids.map((id) => stage.results.wait(id, never));
    await save(stage, ...ids.map((id) => record(id, 'SUCCESS', 0, { result: id })));
    assert.deepEqual(
      (await Promise.all(waits)).map((found) => found?.result),
      ids,
    );
  });
}

function forgetting(test: StagedTest): void {
  test("rule 6: a result is kept for its time to live by the store's clock", async (stage) => {
    await save(stage, record('a'));
    stage.shiftTime(MINUTE - 5_000);
    assert.equal(await stateOf(stage, 'a'), 'SUCCESS');
    stage.shiftTime(5_001);
    assert.equal(await stateOf(stage, 'a'), undefined);
    assert.deepEqual(await save(stage, record('a', 'STARTED')), [true]);
  });

  test('a later record of a task has its own time to live', async (stage) => {
    await stage.results.save([record('a', 'STARTED')], MINUTE);
    stage.shiftTime(MINUTE / 2);
    await stage.results.save([record('a')], MINUTE);
    stage.shiftTime(MINUTE / 2 + 1);
    assert.equal(await stateOf(stage, 'a'), 'SUCCESS');
  });

  test('rule 13: a forgotten record can be saved again, as a redrive does', async (stage) => {
    await save(stage, record('a', 'FAILURE', 3), record('b'));
    await stage.results.forget(['a', 'unknown']);
    assert.deepEqual(await stage.results.load(['a', 'unknown']), [null, null]);
    assert.equal(await stateOf(stage, 'b'), 'SUCCESS');
    assert.deepEqual(await save(stage, record('a', 'STARTED')), [true]);
  });
}
