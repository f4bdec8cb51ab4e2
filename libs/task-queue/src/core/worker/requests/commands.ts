import { CommandUnsupportedError } from '../../errors/control-errors.js';
import { InvalidOptionError } from '../../errors/option-errors.js';
import { UnknownTaskError } from '../../errors/call-errors.js';
import type { PoolSize, RequestArgs } from '../../ports/control/worker-requests.js';
import { queuesOf } from './inspections.js';
import type { Answering, WorkerView } from './worker-view.js';

type Command = 'timeLimit' | 'poolGrow' | 'poolShrink' | 'addConsumer' | 'cancelConsumer' | 'shutdown';

/** Commands to a running worker. Unsupported commands are refused. A change holds until the worker ends. */
export function commandsOf(view: WorkerView): Answering<Command> {
  return {
    timeLimit: (limits) => setTimeLimits(limits, view),
    poolGrow: ({ by }) => resize('poolGrow', view.pool.concurrency + stepOf(by), view),
    poolShrink: ({ by }) => resize('poolShrink', view.pool.concurrency - stepOf(by), view),
    addConsumer: async ({ queue }) => {
      await view.subscription.add(queue);
      return queuesOf(view);
    },
    cancelConsumer: async ({ queue }) => {
      await view.subscription.cancel(queue);
      return queuesOf(view);
    },
    shutdown: () => {
      view.shutDown();
      return null;
    },
  };
}

function setTimeLimits({ task, soft, hard }: RequestArgs<'timeLimit'>, { handlers, pool, running }: WorkerView): null {
  if (handlers.get(task) === undefined) throw new UnknownTaskError(task, handlers.names());
  if (hard !== undefined && hard !== null) {
    const instead = "Set 'soft', which aborts ctx.signal.";
    throw new CommandUnsupportedError('timeLimit', `the '${pool.capabilities.name}' pool cannot end a running handler`, instead);
  }
  if (soft !== undefined) running.setSoftLimit(task, soft);
  return null;
}

async function resize(command: string, concurrency: number, { pool, slots, checkConcurrency }: WorkerView): Promise<PoolSize> {
  if (pool.resize === undefined) {
    const why = `the '${pool.capabilities.name}' pool has a fixed size`;
    throw new CommandUnsupportedError(command, why, "Use the 'async' pool, or start more workers.");
  }
  if (concurrency < 1)
    throw new InvalidOptionError('by', pool.concurrency - concurrency, `less than ${pool.concurrency}, which run at once now`);
  if (concurrency > pool.concurrency) await checkConcurrency(concurrency);
  pool.resize(concurrency);
  slots.resize(concurrency);
  return { concurrency };
}

function stepOf(by: number): number {
  if (!Number.isInteger(by) || by < 1) throw new InvalidOptionError('by', by, 'a whole number of at least 1');
  return by;
}
