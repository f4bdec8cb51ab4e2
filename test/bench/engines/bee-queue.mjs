import { peer, peerVersion } from '../peer.mjs';

const BeeQueue = peer('bee-queue');

export const version = () => peerVersion('bee-queue');

/** Its documented settings for throughput: no events, and finished jobs are removed. */
export const open = ({ url, concurrency }) => {
  const settings = { redis: { url }, removeOnSuccess: true, getEvents: false, sendEvents: false, storeJobs: false };
  const queue = new BeeQueue('bench', { ...settings, isWorker: false });
  return {
    ready: () => queue.ready(),
    add: (payload) => queue.createJob(payload).save(),
    addMany: async (payloads) => {
      const failures = await queue.saveAll(payloads.map((payload) => queue.createJob(payload)));
      if (failures.size > 0) throw [...failures.values()][0];
    },
    work: async (handler) => {
      const worker = new BeeQueue('bench', { ...settings, isWorker: true });
      await worker.ready();
      worker.process(concurrency, async (job) => handler(job.data));
      return () => worker.close();
    },
    close: () => queue.close(),
  };
};
