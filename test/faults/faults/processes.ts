import { busyWorker, pass, struck, type Fault, type FaultContext } from '../fault.js';
import { heldBy, runningIn, type Entry } from '../ledger.js';
import { call } from '../load.js';

/** How far beyond a lease: it is renewed every third of one. */
const BEYOND = 1.3;
const LONG = 5;

/** SIGKILL of random workers, one of them by a task that is the death of its worker. */
export const kill: Fault = {
  name: 'kill -9',
  gentle: false,
  unspent: false,
  async strike(context) {
    const { fleet, ledger, sender, round, random } = context;
    const fallen: { worker: string; at: number }[] = [];
    await sender.send([call('poison', `${round}-poison`, [], { end: 'dead' })]);
    const poisoned = await ledger.until('the poisonous task', 30_000, (entries) => {
      return entries.find(({ event, id }) => event === 'ran' && id === `${round}-poison`);
    });
    fallen.push({ worker: poisoned.worker, at: poisoned.at });
    await Promise.all(fleet.workers.filter(({ name }) => name === poisoned.worker).map(({ gone }) => gone));
    const more = random.whole(1, 2);
    for (let n = 0; n < more; n++) {
      await pass(random.whole(0, 100));
      const victim = await busyWorker(context);
      fallen.push({ worker: victim.name, at: Date.now() });
      await fleet.kill(victim);
    }
    return { over: Date.now(), fallen };
  },
};

/** SIGSTOP until others have what it held, then SIGCONT: the one that was away must not be believed, and must notice. */
export const freeze: Fault = {
  name: 'freeze beyond a lease',
  gentle: false,
  unspent: false,
  async strike(context) {
    const { fleet, ledger, lease, notice } = context;
    const victim = await busyWorker(context);
    fleet.freeze(victim);
    const at = Date.now();
    const running = runningIn(ledger.read(), victim.name);
    await pass(lease * BEYOND);
    // One whose settlement was under way is nobody's to take any more.
    await ledger.until('others take over', notice, takenOver(heldBy(ledger.read(), victim.name), at)).catch(() => undefined);
    fleet.thaw(victim);
    const over = Date.now();
    const losers = running.filter((id) => takenOver([id], at)(ledger.read()));
    const deaf = await untilTold(context, victim.name, losers, at);
    return {
      over,
      fallen: [{ worker: victim.name, at }],
      unmet: deaf.map((id) => `${id} in ${victim.name} was never told of its lost lease`),
    };
  },
};

function takenOver(ids: readonly string[], since: number): (entries: readonly Entry[]) => true | undefined {
  return (entries) => {
    const taken = new Set(entries.filter(({ at, event }) => at >= since && event === 'took').map(({ id }) => id));
    return ids.every((id) => taken.has(id)) || undefined;
  };
}

/** @returns those runs that neither had their signal aborted nor their settlement refused */
async function untilTold({ ledger }: FaultContext, worker: string, running: readonly string[], since: number): Promise<string[]> {
  const untold = (): string[] => {
    const told = new Set<string>();
    for (const one of ledger.read()) {
      if (one.worker === worker && one.at >= since && (one.event === 'lost' || one.event === 'refused')) told.add(one.id);
    }
    return running.filter((id) => !told.has(id));
  };
  try {
    await ledger.until('the losers are told', 5_000, () => untold().length === 0 || undefined);
    return [];
  } catch {
    return untold();
  }
}

/** A handler that keeps the event loop of its worker to itself, among others that wait there, some of them longer than a lease. */
export const block: Fault = {
  name: 'blocked event loop',
  gentle: true,
  // What was on its way to that worker has a lease that nobody renews: it was not read yet.
  unspent: false,
  async strike(context) {
    const { fleet, ledger, sender, round, random, lease } = context;
    const victim = random.pick(fleet.workers);
    const id = `${round}-block`;
    const long = Array.from({ length: LONG }, (_, n) => call('stay', `${round}-long${n}`, [lease * BEYOND], { options: { priority: 9 } }));
    await sender.send(long);
    await sender.send([call('block', id, [lease * BEYOND], { options: { worker: victim.name, priority: 9 } })]);
    const ended = await ledger.until('the end of the blocking task', lease * BEYOND + 30_000, (entries) => {
      return entries.find((one) => one.event === 'ended' && one.id === id);
    });
    return struck(ended.at);
  },
};

/** SIGTERM under load. */
export const terminate: Fault = {
  name: 'SIGTERM under load',
  gentle: true,
  unspent: true,
  async strike({ fleet, random }) {
    const victims = random.shuffled(fleet.workers).slice(0, random.whole(1, 2));
    await Promise.all(victims.map((victim) => fleet.end(victim)));
    return struck();
  },
};
