import * as server from '../servers/redis.mjs';
import { ratio, rowOf } from '../ratio.mjs';

const raw = async () => {
  const engine = await import('../engines/raw-scripts.mjs');
  return { version: null, without: engine.withoutResult, with: engine.withResult, worker: false };
};
const bullmq = (open) => async () => {
  const engine = await import('../engines/bullmq.mjs');
  return { version: engine.version(), without: engine[open], with: engine[open] };
};

export const redis = {
  server,
  /** A call takes so little here that more are needed for a figure that comes again. */
  size: { oneByOne: 20_000, latencies: 800 },
  calls: 'Redis calls/task',
  engines: {
    'nestjs-task-queue': {
      load: async () => {
        const engine = await import('../engines/task-queue.mjs');
        return { version: engine.version(), without: engine.withoutResult, with: engine.withResult };
      },
    },
    'raw-scripts': { load: raw },
    'bullmq removeOnComplete': { load: bullmq('removing'), peer: true },
    'bullmq defaults': { load: bullmq('keeping'), peer: true },
    'bee-queue': {
      load: async () => {
        const engine = await import('../engines/bee-queue.mjs');
        return { version: engine.version(), without: engine.open, with: engine.open };
      },
      peer: true,
    },
    celery: {},
  },
  ratioTitle: 'Ratios to BullMQ with removeOnComplete (limitShare: to the raw scripts)',
  ratiosOf(rows) {
    const [ours, peer, limit] = ['nestjs-task-queue', 'bullmq removeOnComplete', 'raw-scripts'].map((name) => rowOf(rows, name));
    return {
      process: ratio(ours.process, peer.process),
      processWithResult: ratio(ours.processWithResult, peer.processWithResult),
      enqueueTogether: ratio(ours.together, peer.together),
      enqueueOneByOne: ratio(ours.oneByOne, peer.oneByOne),
      limitShare: ratio(ours.process, limit.process),
      callsPerTask: ratio(ours.callsPerTask, peer.callsPerTask),
      latencyP50: ratio(ours.latencyP50, peer.latencyP50),
      latencyP99: ratio(ours.latencyP99, peer.latencyP99),
    };
  },
};
