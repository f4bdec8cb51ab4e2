import { peer, peerVersion } from '../peer.mjs';

const { Queue, Worker } = peer('bullmq');

export const version = () => peerVersion('bullmq');

const open =
  (defaultJobOptions) =>
  ({ url, concurrency }) => {
    const { hostname, port } = new URL(url);
    const connection = { host: hostname, port: Number(port) };
    const queue = new Queue('bench', { connection, defaultJobOptions });
    return {
      ready: () => queue.waitUntilReady(),
      add: (payload) => queue.add('work', payload),
      addMany: (payloads) => queue.addBulk(payloads.map((data) => ({ name: 'work', data }))),
      work: async (handler) => {
        const worker = new Worker('bench', async (job) => handler(job.data), {
          connection: { ...connection, maxRetriesPerRequest: null },
          concurrency,
        });
        worker.on('error', () => {});
        await worker.waitUntilReady();
        return () => worker.close();
      },
      close: () => queue.close(),
    };
  };

export const removing = open({ removeOnComplete: true });
export const keeping = open({});
