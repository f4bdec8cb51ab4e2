import type { Broker } from '../../libs/task-queue/src/core/ports/broker/broker.js';
import { freshDatabase } from '../support/services.js';
import type { TcpProxy } from '../support/tcp-proxy.js';
import { ack, message, never, Rig } from './support/rig.js';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let rig: Rig;
beforeAll(async () => (database = await freshDatabase()));
afterAll(() => database.drop());
beforeEach(() => (rig = new Rig(database.url)));
afterEach(() => rig.close());

/** Enough, and alike, so that they are kept in blocks, where no index holds their ids apart. */
const idsOf = (name: string) => Array.from({ length: 40 }, (_, at) => `${name}-${at}`);
const asNew = (ids: readonly string[]) => ids.map((id) => message(id, { fresh: true }));
/** As the client sends ids that a caller chose, those of a PublishUncertainError among them. */
const asChosen = (ids: readonly string[]) => ids.map((id) => message(id, { traced: true }));

describe('rule 2: generated ids sent in blocks', () => {
  it('run once each, however often the connection is cut during the publish', async () => {
    const { proxy, url } = await rig.proxy();
    const broker = await rig.broker(url);
    const calls = Array.from({ length: 30 }, (_, at) => idsOf(`call${at}`));
    const stop = cutAgainAndAgain(proxy);
    for (const ids of calls) {
      for (let sent = false; !sent;) sent = await broker.publish(asNew(ids), { timeout: 2_000 }).then(() => true, () => false); // prettier-ignore
    }
    stop();
    expect((await runAll(await rig.broker())).sort()).toEqual(calls.flat().sort());
  });

  it('are recognised when they are resent after a lost answer, by the same sender even after they have ended', async () => {
    const { proxy, url } = await rig.proxy();
    const [sender, other] = [await rig.broker(url), await rig.broker()];
    const ids = idsOf('lost');
    await sender.publish(asNew(['warm']), { timeout: 5_000 });
    proxy.dropAnswers = true;
    await expect(sender.publish(asNew(ids), { timeout: 2_000 })).rejects.toMatchObject({ code: 'PUBLISH_UNCERTAIN', ids });
    proxy.heal();
    proxy.cut();
    const known = ids.map((id) => ({ id, deduplicated: true }));
    expect(await other.publish(asChosen(ids), { timeout: 5_000 })).toEqual(known);
    expect((await runAll(other)).sort()).toEqual(['warm', ...ids].sort());
    expect(await sender.publish(asChosen(ids), { timeout: 5_000 })).toEqual(known);
    expect(await runAll(other)).toEqual([]);
  });
});

async function runAll(broker: Broker): Promise<string[]> {
  const consumer = await rig.consumer(broker);
  const ran: string[] = [];
  for (let some = await consumer.receive(500, never); some.length > 0; some = await consumer.receive(500, never)) {
    ran.push(...some.map(({ id }) => id));
    await ack(consumer, some);
  }
  return ran;
}

/** Sometimes, so that a slow machine comes through too. */
function cutAgainAndAgain(proxy: TcpProxy): () => void {
  let left = 25;
  const cuts = setInterval(() => left-- > 0 && proxy.cut(), 15);
  return () => clearInterval(cuts);
}
