import { pass } from '../fault.js';
import { Random } from '../random.js';
import { noticeOf, WORKERS } from '../run-round.js';
import type { AttackRun } from './attack-run.js';
import type { AttackedSystem } from './attacked-system.js';
import { judgeWindow } from './judge-window.js';
import { pump } from './pump.js';
import { storm, type Strike } from './storm.js';
import type { WindowReport } from './window-report.js';

const PRODUCERS = 2;
/** ms: tasks that have lost their worker twice run one by one */
const DRAIN_LIMIT = 300_000;

export interface WindowOptions {
  readonly run: AttackRun;
  readonly system: AttackedSystem;
  readonly strikes: readonly Strike[];
  readonly number: number;
  /** ms of load and faults */
  readonly length: number;
  readonly endedBefore: ReadonlySet<string>;
  ended(id: string): void;
}

/** Load and faults for a while; then all drains, and what has become of each task is judged. */
export async function runWindow({ run, system, strikes, number, length, endedBefore, ended }: WindowOptions): Promise<WindowReport> {
  const { base, bank, producers } = system;
  const window = `w${number}`;
  const random = new Random(`${run.seed} ${window}`);
  base.ledger.clear();
  base.sender.clear();
  await bank.clear();
  producers.begin(window);
  await base.fleet.fill(WORKERS);
  const until = performance.now() + length;
  const over = (): boolean => performance.now() > until;
  let atRest = false;
  const filling = keepFull(system, over, () => atRest);
  const load = new Random(`${run.seed} ${window} load`);
  const pumping = pump({ window, sender: base.sender, random: load, rate: run.rate, lease: run.lease }, over);
  const { struck, missed } = await storm(strikes, contextOf(run, system, window, random), over, run.onStrike);
  await producers.stop();
  const { kinds, failures } = await pumping;
  const began = performance.now();
  const drained = await system.untilAtRest(noticeOf(run.lease) + DRAIN_LIMIT);
  const drainMs = Math.round(performance.now() - began);
  atRest = true;
  await filling;
  const { tasks, findings } = await judgeWindow(system, run.engine, endedBefore, ended);
  const broken = base.fleet.broken.splice(0).filter((what) => !what.includes('before it was ready'));
  const unmet = [...failures, ...broken, ...(drained ? [] : [`window ${number} did not drain`])];
  return {
    tasks,
    kinds,
    struck,
    missed,
    drainMs,
    findings: [...findings, ...unmet.map((what) => ({ kind: 'unmet' as const, what, story: [] }))],
  };
}

/** Replaces what is killed. What cannot boot while its server is away is tried again. */
async function keepFull({ base, producers }: AttackedSystem, over: () => boolean, atRest: () => boolean): Promise<void> {
  while (!atRest()) {
    if (!over()) producers.fill(PRODUCERS);
    await base.fleet.fill(WORKERS).catch(() => undefined);
    await pass(250);
  }
}

function contextOf({ lease, spell }: AttackRun, { base, bank, producers }: AttackedSystem, round: string, random: Random) {
  const { server, fleet, ledger, sender, proxy } = base;
  const produce: typeof base.produce = (url, calls) => base.produce(url, calls);
  const rest = { notice: noticeOf(lease), spell, producers, bank: bank.url, taken: new Set<never>() };
  return { round, lease, random, server, fleet, ledger, sender, proxy, produce, ...rest };
}
