import { peer, peerVersion } from '../peer.mjs';

const { Logger, makeWorkerUtils, run } = peer('graphile-worker');
const logger = new Logger(() => () => {});

export const version = () => peerVersion('graphile-worker');

const open =
  (settings) =>
  async ({ url, concurrency }) => {
    const worker = { connectionString: url, concurrentJobs: concurrency, maxPoolSize: concurrency + 2, logger, ...settings };
    const utils = await makeWorkerUtils({ preset: { worker } });
    return {
      ready: () => utils.migrate(),
      add: (payload) => utils.addJob('work', payload),
      addMany: (payloads) => utils.addJobs(payloads.map((payload) => ({ identifier: 'work', payload }))),
      work: async (handler) => {
        const taskList = { work: (payload) => void handler(payload) };
        const runner = await run({ preset: { worker }, taskList, parsedCronItems: [], noHandleSignals: true });
        return () => runner.stop();
      },
      close: () => utils.release(),
    };
  };

/** The settings of its page on performance: jobs are fetched and completed in batches. It keeps no results. */
export const batches = open({ localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 });
export const defaults = open({});
