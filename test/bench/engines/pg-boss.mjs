import { peer, peerVersion } from '../peer.mjs';

const { PgBoss } = peer('pg-boss');
const BATCH = { batchSize: 500, burstWhenBatchFull: true, pollingIntervalSeconds: 0.5 };

export const version = () => peerVersion('pg-boss');

const open =
  ({ notify, results }) =>
  async ({ url }) => {
    const boss = new PgBoss({ connectionString: url, useListenNotify: notify });
    boss.on('error', () => {});
    return {
      ready: async () => {
        await boss.start();
        await boss.createQueue('bench', { notify });
      },
      add: (data) => boss.send('bench', data),
      addMany: (payloads) =>
        boss.insert(
          'bench',
          payloads.map((data) => ({ data })),
        ),
      work: async (handler) => {
        const run = ({ id, data }) => ({ id, status: 'completed', output: handler(data) });
        if (results) await boss.work('bench', { ...BATCH, perJobResults: true }, async (jobs) => jobs.map(run));
        else await boss.work('bench', BATCH, async (jobs) => jobs.forEach(run));
        return () => boss.offWork('bench');
      },
      close: () => boss.stop({ graceful: false }),
    };
  };

/** Its fast mode: 500 are fetched, run and completed at once. */
export const batches = open({ notify: false, results: false });
export const withResults = open({ notify: false, results: true });
/** Its mode for low latency. */
export const notified = open({ notify: true, results: false });
