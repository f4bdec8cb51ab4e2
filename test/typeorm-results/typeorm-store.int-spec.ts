import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock, type TaskResultRecord } from 'nestjs-task-queue';
import { silentLogger } from 'nestjs-task-queue/spi';
import type { FailedLetter } from 'nestjs-task-queue/spi';
import type { TaskResultSearch } from 'nestjs-task-queue/typeorm';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import { openCodecs } from '../../libs/task-queue/src/core/message/codecs.js';
import { checkApplicationSchema } from '../../libs/task-queue/src/database/migrations/check-application-schema.js';
import { openTypeormResults } from '../../libs/task-queue/src/database/results/open-results.js';
import { pruneStatement } from '../../libs/task-queue/src/database/results/result-statements.js';
import { ResultFixture } from './support/reports.js';

describe('results in the database', () => {
  let fixture: ResultFixture;

  beforeAll(async () => {
    fixture = await ResultFixture.open();
  });
  afterEach(() => fixture.reset());
  afterAll(() => fixture.close());

  it('searches newest first, page by page, and new rows shift no page', async () => {
    const { results, found } = await fixture.start();
    const record = (id: string, sentAt: number, name = 'a', tags = ['odd']): TaskResultRecord => ({
      id,
      state: 'SUCCESS',
      retries: 0,
      at: sentAt,
      task: { name, queue: 'q', tags, sentAt, startedAt: sentAt },
    });
    const noon = Date.UTC(2030, 0, 1, 12);
    await results.save(
      [1, 2, 3, 4, 5].map((n) => record(`r${n}`, noon + (n >> 1) * 1_000)),
      60_000,
    );
    await results.save([record('other', noon, 'b', ['even'])], 60_000);
    const pages: string[][] = [];
    let cursor: string | null | undefined;
    do {
      const page = await found.search({ name: 'a', limit: 2, ...(cursor ? { cursor } : {}) });
      pages.push(page.rows.map(({ taskId }) => taskId));
      cursor = page.next;
      await results.save([record(`later${pages.length}`, noon + 60_000)], 60_000);
    } while (cursor !== null);
    expect(pages).toEqual([['r5', 'r4'], ['r3', 'r2'], ['r1']]);
    const ids = async (query: TaskResultSearch) => (await found.search(query)).rows.map(({ taskId }) => taskId);
    expect(await ids({ tag: 'even' })).toEqual(['other']);
    expect(await ids({ name: 'a', from: new Date(noon + 1_000), to: new Date(noon + 2_000) })).toEqual(['r3', 'r2']);
    expect(await ids({ queue: 'q', state: 'FAILURE' })).toEqual([]);
  });

  it('refuses an invalid search that would match anything', async () => {
    const { found } = await fixture.start();
    const refused = (query: object) => found.search(query).catch((error: Error) => error.message);
    expect(await refused({ stat: 'FAILURE' })).toContain("no option 'stat'. Did you mean 'state'?");
    expect(await refused({ from: '2030-01-01' })).toContain("'from' must be a valid Date");
    expect(await refused({ limit: 0 })).toContain("'limit' must be a whole number from 1 to 1000");
    expect(await refused({ cursor: 'x' })).toContain("'cursor' must be the 'next' of a page before");
    expect(await refused({ name: 7 })).toContain("'name' must be a text");
  });

  it('removes only expired rows, a batch at a time', async () => {
    const { results, found, failed } = await fixture.start();
    const records = (prefix: string, count: number) =>
      Array.from({ length: count }, (_, index): TaskResultRecord => ({ id: `${prefix}${index}`, state: 'SUCCESS', retries: 0, at: index }));
    await results.save(records('old', 700), 0);
    await results.save(records('kept', 3), 60_000);
    await results.failedTasks!.record([letter('new', Date.now())]);
    await failed.update({ taskId: 'new' }, { dateExpires: new Date(0) });
    await results.failedTasks!.record([letter('newer', Date.now())]);
    expect(await results.prune!()).toBe(true);
    expect(await results.prune!()).toBe(false);
    expect((await found.search()).rows).toHaveLength(3);
    expect((await failed.find()).map(({ taskId }) => taskId)).toEqual(['newer']);
    expect(await fixture.source.query(`select count(*)::integer as count from ${fixture.schema}.task_result`)).toEqual([{ count: 3 }]);
  });

  it.each(['task_result', 'failed_task'])('finds expired rows of %s by an index, however many rows there are', async (table) => {
    const plan = await fixture.source.transaction(async (manager) => {
      await manager.query('set local enable_seqscan = off');
      return manager.query<object[]>(`explain ${pruneStatement(`${fixture.schema}.${table}`)}`, [500, 0]);
    });
    expect(JSON.stringify(plan)).toContain(`${table}_by_expiry`);
  });

  it('rule 4: a record that the database cannot hold is refused alone and reported', async () => {
    const { results, log } = await fixture.start();
    const record = (id: string): TaskResultRecord => ({ id, state: 'SUCCESS', retries: 0, at: 0 });
    expect(await results.save([record('a'), record('no\0id'), record('b')], 60_000)).toEqual([true, false, true]);
    expect(await results.load(['a', 'no\0id', 'b'])).toMatchObject([{ id: 'a' }, null, { id: 'b' }]);
    expect(log.messages('error')).toEqual(['a result cannot be stored']);
  });

  it('saves the same ids from many sides in any order without a deadlock', async () => {
    const { results: first } = await fixture.start();
    const place = { typeorm: fixture.source, schema: fixture.schema, find: () => undefined, checkSchema: checkApplicationSchema };
    const { messages } = await openCodecs(resolveClientOptions({ broker: 'memory://' }));
    const options = { failedTaskExpires: 1, extended: false, messages, logger: silentLogger, clock: systemClock, timeOffset: () => 0 };
    const second = await openTypeormResults(place, options);
    await second.connect();
    const ids = Array.from({ length: 400 }, (_, index) => `d${index}`);
    const all = (retries: number, order: string[]) => order.map((id): TaskResultRecord => ({ id, state: 'STARTED', retries, at: 0 }));
    for (let round = 0; round < 5; round++) {
      const writes = [first.save(all(round, ids), 60_000), second.save(all(round, ids.toReversed()), 60_000), first.forget(ids)];
      expect((await Promise.allSettled(writes)).filter(({ status }) => status === 'rejected')).toEqual([]);
    }
    await second.close();
  });
});

function letter(id: string, at: number): FailedLetter {
  return { id, queue: 'q', body: 'unreadable', reason: 'malformed', detail: 'x', attempts: [], at, worker: 'w' };
}
