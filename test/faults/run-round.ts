import { placesOf } from '../../libs/task-queue/src/testing/conformance/leftovers.js';
import { directQueueOf } from '../../libs/task-queue/src/core/policies/direct-queue.js';
import type { TaskResultRecord } from '../../libs/task-queue/src/core/message/task-result.js';
import { checkRound, linkedOf, type Violation } from './check-round.js';
import type { Engine } from './engine.js';
import { pass, type Fault, type Scene, type Struck } from './fault.js';
import { heldBy, type Entry } from './ledger.js';
import { call, planRound, type PlannedCall, type RoundSize } from './load.js';
import { Random } from './random.js';
import { KEY_PREFIX, type Stage } from './stage.js';

export interface RoundOptions extends RoundSize {
  readonly engine: Engine;
  readonly stage: Stage;
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
const QUEUE = 'default';
/** ms of unbroken connection before a worker takes expired leases from others */
const SEASONED = 5_000;
const LIMIT = 30_000;
const SHARES = 20;

/**
 * One fault under load, from a full crew to an empty queue.
 * @throws Error when something that the round waits for does not come
 */
export async function runRound(options: RoundOptions): Promise<RoundReport> {
  const { stage, fault, lease, number } = options;
  const scene = await prepare(options);
  const plan = planRound(scene.round, scene.random, options);
  const crew = stage.fleet.workers;
  await stage.sender.send([...plan.busy, ...plan.before]);
  const sending = trickle(stage, plan.during, options.spell);
  sending.catch(() => {});
  const struck = await fault.strike(scene);
  const survivors = crew.filter((worker) => stage.fleet.workers.includes(worker)).map(({ name }) => name);
  const resumed = probe(options, scene, survivors, struck.over);
  const [resumeMs] = await Promise.all([resumed, sending, stage.fleet.fill(WORKERS)]);
  const quiet = await untilQuiet(stage, noticeOf(lease) + LIMIT);
  return judge(options, struck, resumeMs, quiet, number);
}

async function prepare({ engine: _, stage, fault, seed, number, lease, spell }: RoundOptions): Promise<Scene> {
  stage.ledger.clear();
  stage.sender.clear();
  await stage.fleet.fill(WORKERS);
  const round = `${fault.name.replaceAll(/\W+/g, '-')}${number}`;
  const { server, fleet, ledger, sender, proxy } = stage;
  const produce: Scene['produce'] = (url, calls) => stage.produce(url, calls);
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
async function trickle({ sender }: Stage, calls: readonly PlannedCall[], spell: number): Promise<void> {
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
async function probe({ stage }: RoundOptions, { round }: Scene, workers: readonly string[], over: number): Promise<number | null> {
  const probes = workers.map((worker) => call('probe', `${round}-probe-${worker}`, [], { options: { worker, priority: 9 } }));
  await stage.sender.send(probes);
  const ids = new Set(probes.map(({ options }) => options.taskId!));
  const ran = await stage.ledger.until('each worker goes on', LIMIT, (entries) => {
    const found = entries.filter(({ event, id }) => event === 'ran' && ids.has(id));
    return new Set(found.map(({ id }) => id)).size === ids.size ? found : undefined;
  });
  return ran.length === 0 ? null : Math.max(...ran.map(({ at }) => at - over));
}

/** @returns false when work is still there after `limit` ms */
async function untilQuiet({ observer, fleet }: Stage, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  for (;;) {
    const queues = [QUEUE, ...fleet.workers.map(({ name }) => directQueueOf(name))];
    const counts = await Promise.all(queues.map((queue) => observer.transport.inspector.counts(queue)));
    if (counts.every(({ dead: _, ...waiting }) => Object.values(waiting).every((count) => count === 0))) return true;
    if (performance.now() > deadline) return false;
    await pass(25);
  }
}

async function judge(
  { engine, stage, fault }: RoundOptions,
  struck: Struck,
  resumeMs: number | null,
  quiet: boolean,
  number: number,
): Promise<RoundReport> {
  const entries = stage.ledger.read();
  const { accepted, unknown } = stage.sender;
  for (const id of accepted.keys()) unknown.delete(id);
  const linked = linkedOf(entries);
  const results = await resultsOf(stage, [...accepted.keys(), ...unknown, ...linked.keys()]);
  const deadLetters = await takeDeadLetters(stage);
  const left = [...(await placesOf(stage.observer.transport.inspector)), ...(await engine.leftovers(stage.server.url, KEY_PREFIX))];
  const facts = {
    entries,
    accepted,
    unknown,
    results,
    deadLetters,
    left,
    endedBefore: stage.ended,
    gentle: fault.gentle,
    unspent: fault.unspent,
  };
  const unmet = [...(struck.unmet ?? []), ...stage.fleet.broken.splice(0)].map((what): Violation => ({ kind: 'unmet', what }));
  const violations = [...checkRound(facts), ...unmet];
  if (!quiet) violations.push({ kind: 'unmet', what: `round ${number} did not come to an end` });
  for (const { event, id, detail } of entries)
    if (event === 'settled' && detail[0] !== 'retry' && detail[0] !== 'release') stage.ended.add(id);
  return { tasks: accepted.size + linked.size, violations, recoveryMs: recoveryOf(entries, struck), resumeMs };
}

async function resultsOf({ observer }: Stage, ids: readonly string[]): Promise<Map<string, TaskResultRecord | null>> {
  const { results } = observer.transport;
  const records = await results.load(ids);
  await results.forget(ids);
  return new Map(ids.map((id, index) => [id, records[index] ?? null]));
}

/** All dead letters with their reasons; they are gone afterwards. */
async function takeDeadLetters({ observer }: Stage): Promise<Map<string, string>> {
  const { inspector } = observer.transport;
  const reasons = new Map<string, string>();
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await inspector.deadLetters(QUEUE, { limit: 500, ...(cursor === undefined ? {} : { cursor }) });
    for (const { id, reason } of page.letters) reasons.set(id, reason);
    cursor = page.next;
  }
  await inspector.purgeDeadLetters(QUEUE);
  return reasons;
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
