import type { AttemptEnvironment } from '../attempt/attempt-environment.js';
import type { Listeners } from '../attempt/listening/listeners.js';
import { requirePart } from '../policies/engine-features.js';
import { outsideTransaction } from '../ports/task/current-transaction.js';
import type { WorkerDependencies } from './worker-dependencies.js';

/** What the attempts of a worker work with. */
export function environmentOf({ options, transport, ...deps }: WorkerDependencies, listeners: Listeners): AttemptEnvironment {
  const { codecs, recording, resultExpires, transactionsOf, logger, clock } = deps;
  return {
    ...{ codecs, recording, resultExpires, listeners, transactionsOf, logger, clock },
    ...{ worker: options.name, isEager: false, onTaskError: options.onTaskError },
    // A state stays stored whatever becomes of the run's transaction.
    saveState: async (record, task) => {
      requirePart(transport, 'results', `Storing the state ${record.state}`);
      await outsideTransaction(() => transport.results.save([record], task.resultExpires ?? resultExpires));
    },
  };
}
