import { pass } from '../../fault.js';
import { call } from '../../load.js';
import type { FleetWorker } from '../../worker-fleet.js';
import type { StormContext, Strike } from '../storm.js';

const BEYOND = 1.3;

/** One that no other strike has for itself. @throws Error when there is none */
function pickWorker({ fleet, random, taken }: StormContext): FleetWorker {
  const free = fleet.workers.filter((worker) => !taken.has(worker));
  if (free.length === 0) throw new Error('no worker is left');
  return random.pick(free);
}

export const killWorkers: Strike = {
  name: 'kill -9 of workers',
  async strike(context) {
    for (let times = context.random.whole(1, 2); times > 0; times--) {
      await context.fleet.kill(pickWorker(context));
      await pass(context.random.whole(0, 300));
    }
  },
};

/** A task that is the death of its worker: it alone may end as a dead letter `worker_lost`. */
export const poison: Strike = {
  name: 'deadly task',
  strike: ({ sender, round }) => sender.send([call('poison', `${round}-poison`, [], { end: 'dead', runs: null })]),
};

export const freezeWorker: Strike = {
  name: 'freeze beyond a lease',
  async strike(context) {
    const { fleet, taken, lease, random } = context;
    const victim = pickWorker(context);
    taken.add(victim);
    fleet.freeze(victim);
    await pass(lease * (random.chance(0.7) ? BEYOND : BEYOND * 2));
    fleet.thaw(victim);
    taken.delete(victim);
  },
};

export const endWorker: Strike = {
  name: 'SIGTERM',
  async strike(context) {
    const victim = pickWorker(context);
    context.taken.add(victim);
    await context.fleet.end(victim);
  },
};

export const killProducer: Strike = {
  name: 'kill -9 of a producer',
  strike: ({ producers, random }) => producers.killOne(random),
};
