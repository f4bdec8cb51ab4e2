import { placesOf } from '../../libs/task-queue/src/testing/conformance/leftovers.js';
import { checkRound, linkedOf, type Violation } from './check-round.js';
import { resultsOf, takeDeadLetters, untilQuiet } from './collect.js';
import type { Engine } from './engine.js';
import { pass, type Fault, type FaultContext, type Struck } from './fault.js';
import { heldBy, type Entry } from './ledger.js';
import { call, planRound, type PlannedCall, type RoundSize } from './load.js';
import { Random } from './random.js';
import { KEY_PREFIX, type SystemUnderTest } from './system-under-test.js';

export interface RoundOptions extends RoundSize {
  readonly engine: Engine;
  readonly system: SystemUnderTest;
  readonly fault: Fault;
  readonly seed: string;
  readonly number: number;
  readonly lease: number;
}

export interface RoundReport {
  readonly tasks: number;
  readonly violations: readonly Violation[];
  /** ms from the end of a worker to the last of its tasks being taken by another; null = it held none */
  readonly recoveryMs: number | null;
  /** ms from the end of the fault until each worker that lives has run something sent after it; null = none was there before */
  readonly resumeMs: number | null;
}

export const WORKERS = 4;
/** ms of unbroken connection before a worker takes expired leases from others */
const SEASONED = 5_000;
const LIMIT = 30_000;
const SHARES = 20;

/**
 * One fault under load, from all workers running to an empty queue.
 * @throws Error when something that the round waits for does not come
 */
export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const { system, fault, lease, number } = options;
  const context = await prepare(options);
  const plan = planRound(context.round, context.random, options);
  const before = system.fleet.workers;
  await system.sender.send([...plan.busy, ...plan.before]);
  const sending = trickle(system, plan.during, options.spell);
  sending.catch(() => {});
  const struck = await fault.strike(context);
  const survivors = before.filter((worker) => system.fleet.workers.includes(worker)).map(({ name }) => name);
  const resumed = probe(options, context, survivors, struck.over);
  const [resumeMs] = await Promise.all([resumed, sending, system.fleet.fill(WORKERS)]);
  const quiet = await untilQuiet(system, noticeOf(lease) + LIMIT);
  return judge(options, struck, resumeMs, quiet, number);
}

async function prepare({ engine: _, system, fault, seed, number, lease, spell }: RoundOptions): Promise<FaultContext> {
  system.ledger.clear();
  system.sender.clear();
  await system.fleet.fill(WORKERS);
  const round = `${fault.name.replaceAll(/\W+/g, '-')}${number}`;
  const { server, fleet, ledger, sender, proxy } = system;
  const produce: FaultContext['produce'] = (url, calls) => system.produce(url, calls);
  return {
    round,
    lease,
    notice: noticeOf(lease),
    spell,
    random: new Random(`${seed} ${round}`),
    server,
    fleet,
    ledger,
    sender,
    proxy,
    produce,
  };
}

/** Sends little by little, so that each moment of a fault meets some of it. */
async function trickle({ sender }: SystemUnderTest, calls: readonly PlannedCall[], spell: number): Promise<void> {
  const sent: Promise<void>[] = [];
  const share = Math.ceil(calls.length / SHARES);
  for (let at = 0; at < calls.length; at += share) {
    sent.push(sender.send(calls.slice(at, at + share)));
    await pass(spell / SHARES);
  }
  await Promise.all(sent);
}

export function noticeOf(lease: number): number {
  return Math.max(lease, SEASONED) + 1_000;
}

/** Asks each worker for something that only it can do. */
async function probe({ system }: RoundOptions, { round }: FaultContext, workers: readonly string[], over: number): Promise<number | null> {
  const probes = workers.map((worker) => call('probe', `${round}-probe-${worker}`, [], { options: { worker, priority: 9 } }));
  await system.sender.send(probes);
  const ids = new Set(probes.map(({ options }) => options.taskId!));
  const ran = await system.ledger.until('each worker goes on', LIMIT, (entries) => {
    const found = entries.filter(({ event, id }) => event === 'ran' && ids.has(id));
    return new Set(found.map(({ id }) => id)).size === ids.size ? found : undefined;
  });
  return ran.length === 0 ? null : Math.max(...ran.map(({ at }) => at - over));
}

async function judge(
  { engine, system, fault }: RoundOptions,
  struck: Struck,
  resumeMs: number | null,
  quiet: boolean,
  number: number,
): Promise<RoundReport> {
  const entries = system.ledger.read();
  const { accepted, unknown } = system.sender;
  for (const id of accepted.keys()) unknown.delete(id);
  const linked = linkedOf(entries);
  const results = await resultsOf(system.observer, [...accepted.keys(), ...unknown, ...linked.keys()]);
  const deadLetters = await takeDeadLetters(system.observer);
  const left = [...(await placesOf(system.observer.transport.inspector)), ...(await engine.leftovers(system.server.url, KEY_PREFIX))];
  const facts = {
    entries,
    accepted,
    unknown,
    results,
    deadLetters,
    left,
    endedBefore: system.ended,
    gentle: fault.gentle,
    unspent: fault.unspent,
  };
  const unmet = [...(struck.unmet ?? []), ...system.fleet.broken.splice(0)].map((what): Violation => ({ kind: 'unmet', what }));
  const violations = [...checkRound(facts), ...unmet];
  if (!quiet) violations.push({ kind: 'unmet', what: `round ${number} did not come to an end` });
  for (const { event, id, detail } of entries)
    if (event === 'settled' && detail[0] !== 'retry' && detail[0] !== 'release') system.ended.add(id);
  return { tasks: accepted.size + linked.size, violations, recoveryMs: recoveryOf(entries, struck), resumeMs };
}

/** The longest time from a worker's fall until something that it held was taken by another. */
function recoveryOf(entries: readonly Entry[], { fallen }: Struck): number | null {
  let worst: number | null = null;
  for (const { worker, at } of fallen) {
    for (const id of heldBy(entries, worker, at)) {
      const next = entries.find((one) => one.id === id && one.event === 'took' && one.worker !== worker && one.at >= at);
      if (next) worst = Math.max(worst ?? 0, next.at - at);
    }
  }
  return worst;
}
