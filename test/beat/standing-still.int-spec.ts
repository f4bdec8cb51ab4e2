import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { openSchedules } from '../../libs/task-queue/src/assembly/open-schedules.js';
import { resolveClientOptions } from '../../libs/task-queue/src/core/client/options/client-options.js';
import type { TransactionalPublishing } from '../../libs/task-queue/src/core/ports/broker/transactional.js';
import type { ScheduleStore } from '../../libs/task-queue/src/core/ports/stores/schedule-store.js';
import { systemClock } from '../../libs/task-queue/src/core/ports/runtime/clock.js';
import { Outbox } from '../../libs/task-queue/src/database/outbox/outbox.js';
import { arm, schedule, send } from '../../libs/task-queue/src/testing/conformance/schedule-samples.js';
import { Harness } from '../client-and-worker/harness.js';
import { Rig } from '../postgres/support/rig.js';
import { testDatabase, type TestDatabase } from '../transactions/support.js';

const KEY_PREFIX = 'standing_still';
const TICK = 1_000_000;

describe('a beat that stands still in a claim', () => {
  let database: TestDatabase;
  let rig: Rig;
  let app: Harness;
  beforeAll(async () => void (database = await testDatabase(KEY_PREFIX)));
  afterAll(() => database.drop());
  beforeEach(async () => {
    rig = new Rig(database.url);
    app = await Harness.open('memory://', { keyPrefix: KEY_PREFIX });
  });
  afterEach(async () => {
    await app.close();
    await rig.close();
  });

  it.each<[string, () => Promise<{ store: ScheduleStore; publishing: TransactionalPublishing }>]>([
    ['with the broker', async () => {
      const transport = await rig.transport();
      return { store: transport.schedules, publishing: transport.broker.transactional! };
    }], // prettier-ignore
    ["in the application's database", async () => {
      const options = resolveClientOptions({ broker: 'memory://', keyPrefix: KEY_PREFIX, outbox: { database: database.pool }, beat: { database: database.pool } }); // prettier-ignore
      const publishing = new Outbox(options.outbox!, KEY_PREFIX, systemClock);
      return { store: openSchedules(options, app.transport.broker, publishing)!.store, publishing };
    }], // prettier-ignore
  ])('rule 35: loses its locks after 3 s: schedules %s', async (_where, open) => {
    const { store, publishing } = await open();
    await store.create(schedule('s'));
    await store.claim([arm('s', TICK)]);
    const publishWithin = publishing.publishWithin.bind(publishing);
    let allowed: unknown;
    publishing.publishWithin = async (session, ...rest) => {
      [allowed] = (await session.query('show idle_in_transaction_session_timeout', [])).rows;
      return publishWithin(session, ...rest);
    };
    expect(await store.claim([send('s', TICK, TICK + 1_000, { id: 'run' })])).toMatchObject([{ taken: true }]);
    expect(allowed).toEqual({ idle_in_transaction_session_timeout: '3s' });
  });
});
