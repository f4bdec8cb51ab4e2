import type { AttackRun } from './attack-run.js';
import { AttackedSystem } from './attacked-system.js';
import type { Finding } from './judge-window.js';
import { runWindow } from './run-window.js';
import { strikesOn } from './strikes.js';
import type { WindowReport } from './window-report.js';
import { wipe } from './wipe.js';

export interface AttackReport {
  readonly broker: string;
  readonly seed: string;
  readonly windows: number;
  readonly tasks: number;
  readonly faults: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  readonly innocent: number;
  readonly leftover: number;
  readonly unmet: number;
  readonly worstDrainMs: number;
  readonly tasksByKind: Readonly<Record<string, number>>;
  readonly faultsByKind: Readonly<Record<string, number>>;
}

/** windows for which it is remembered what has ended: what comes later can only be told by its effects */
const REMEMBERED = 3;

/** One window after the other on one system, and where the broker can lose everything, a phase in which it does. */
export async function runAttack(run: AttackRun): Promise<{ report: AttackReport; findings: Finding[] }> {
  const system = await AttackedSystem.open(run);
  const reports: WindowReport[] = [];
  const findings: Finding[] = [];
  const ended: Set<string>[] = [];
  const strikes = strikesOn(run.engine.name, run);
  try {
    for (let left = run.length; left > 0; left -= run.window) {
      const endedBefore = new Set(ended.flatMap((ids) => [...ids]));
      ended.push(new Set());
      if (ended.length > REMEMBERED) ended.shift();
      const number = reports.length + 1;
      const options = { run, system, strikes, number, length: Math.min(left, run.window), endedBefore };
      const report = await runWindow({ ...options, ended: (id) => ended.at(-1)!.add(id) });
      reports.push(report);
      findings.push(...report.findings);
      run.onWindow(number, report);
    }
    if (run.engine.name === 'redis') {
      const found = await wipe(system);
      findings.push(...found);
      run.onWipe(found);
    }
  } catch (error) {
    findings.push({ kind: 'unmet', what: `given up: ${error instanceof Error ? error.stack : String(error)}`, story: [] });
  } finally {
    await system.close();
  }
  return { report: summary(run, reports, findings, system.base.fleet.kills), findings };
}

function summary({ engine, seed }: AttackRun, reports: readonly WindowReport[], findings: readonly Finding[], kills: number): AttackReport {
  const count = (kind: Finding['kind']): number => findings.filter((one) => one.kind === kind).length;
  const faultsByKind = sumOf(reports.map(({ struck }) => struck));
  return {
    broker: engine.name,
    seed,
    windows: reports.length,
    tasks: reports.reduce((sum, { tasks }) => sum + tasks, 0),
    faults: Object.values(faultsByKind).reduce((sum, times) => sum + times, 0),
    kills,
    lost: count('lost'),
    doubled: count('doubled'),
    innocent: count('innocent'),
    leftover: count('leftover'),
    unmet: count('unmet'),
    worstDrainMs: Math.max(0, ...reports.map(({ drainMs }) => drainMs)),
    tasksByKind: sumOf(reports.map(({ kinds }) => kinds)),
    faultsByKind,
  };
}

function sumOf(all: readonly ReadonlyMap<string, number>[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const counts of all) for (const [name, count] of counts) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
