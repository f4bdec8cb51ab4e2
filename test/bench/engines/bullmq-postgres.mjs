import { peer, peerVersion } from '../peer.mjs';

const { createPostgresBackend, withBackend } = peer('bullmq');
const { Queue, Worker } = withBackend(createPostgresBackend);

export const version = () => peerVersion('bullmq');

const open =
  (defaultJobOptions) =>
  ({ url, concurrency }) => {
    const connection = { connectionString: url, migrate: true };
    const queue = new Queue('bench', { connection, defaultJobOptions });
    return {
      ready: () => queue.waitUntilReady(),
      add: (payload) => queue.add('work', payload),
      addMany: (payloads) => queue.addBulk(payloads.map((data) => ({ name: 'work', data }))),
      work: async (handler) => {
        const worker = new Worker('bench', async (job) => handler(job.data), { connection, concurrency });
        worker.on('error', () => {});
        await worker.waitUntilReady();
        return () => worker.close();
      },
      close: () => queue.close(),
    };
  };

export const removing = open({ removeOnComplete: true });
export const keeping = open({});
