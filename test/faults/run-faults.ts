import type { Violation } from './check-round.js';
import type { Engine } from './engine.js';
import type { Fault } from './fault.js';
import { blackHole, cut, delay } from './faults/network.js';
import { block, freeze, kill, terminate } from './faults/processes.js';
import { producer } from './faults/producer.js';
import { restart } from './faults/server.js';
import type { RoundSize } from './load.js';
import { noticeOf, runRound, type RoundReport } from './run-round.js';
import { SystemUnderTest } from './system-under-test.js';

/** What every broker must stand. */
export const FAULTS: readonly Fault[] = [kill, freeze, block, terminate, producer, cut, blackHole, delay, restart];

/** ms within which work goes on after a fault */
const RESUME_LIMIT = 5_000;

export interface FaultRun extends RoundSize {
  readonly engine: Engine;
  /** where compiled files are, for child processes */
  readonly folder: string;
  readonly seed: string;
  readonly rounds: number;
  readonly lease: number;
  /** only faults whose name contains one of these; absent = all */
  readonly only?: readonly string[] | undefined;
  /** told of each round that is over */
  onRound(fault: string, number: number, report: RoundReport, failures: readonly string[]): void;
}

export interface FaultReport {
  readonly broker: string;
  readonly seed: string;
  readonly rounds: number;
  readonly tasks: number;
  readonly kills: number;
  readonly lost: number;
  readonly doubled: number;
  readonly leftover: number;
  readonly worstRecoveryMs: number;
  readonly worstResumeMs: number;
}

/** Runs the rounds of each fault in turn on one server. If a round does not end, no further round is started. */
export async function runFaults(run: FaultRun): Promise<{ report: FaultReport; failures: string[] }> {
  const system = await SystemUnderTest.open(run);
  const reports: RoundReport[] = [];
  const failures: string[] = [];
  try {
    for (const fault of chosen(run)) {
      for (let number = 1; number <= run.rounds; number++) {
        const report = await runRound({ ...run, system, fault, number });
        const found = failuresOf(report, run.lease).map((what) => `${fault.name}, round ${number}: ${what}`);
        reports.push(report);
        failures.push(...found);
        run.onRound(fault.name, number, report, found);
      }
    }
  } catch (error) {
    failures.push(`round ${reports.length + 1} was given up: ${error instanceof Error ? error.stack : String(error)}`);
  } finally {
    await system.close();
  }
  return { report: summary(run, reports, system.fleet.kills), failures };
}

function chosen({ engine, only }: FaultRun): readonly Fault[] {
  const all = [...FAULTS, ...engine.faults];
  return only === undefined ? all : all.filter(({ name }) => only.some((part) => name.includes(part)));
}

function failuresOf({ violations, recoveryMs, resumeMs }: RoundReport, lease: number): string[] {
  const failures = violations.map(({ kind, what }) => `${kind}: ${what}`);
  if ((recoveryMs ?? 0) > noticeOf(lease)) failures.push(`what a fallen worker held was taken by others after ${recoveryMs} ms`);
  if ((resumeMs ?? 0) > RESUME_LIMIT) failures.push(`work went on after ${resumeMs} ms`);
  return failures;
}

function summary({ engine, seed, rounds }: FaultRun, reports: readonly RoundReport[], kills: number): FaultReport {
  const count = (kind: Violation['kind']): number =>
    reports.flatMap(({ violations }) => violations.filter((one) => one.kind === kind)).length;
  const worst = (of: (report: RoundReport) => number | null): number => Math.max(0, ...reports.map((report) => of(report) ?? 0));
  return {
    broker: engine.name,
    seed,
    rounds,
    tasks: reports.reduce((sum, { tasks }) => sum + tasks, 0),
    kills,
    lost: count('lost'),
    doubled: count('doubled'),
    leftover: count('leftover'),
    worstRecoveryMs: worst(({ recoveryMs }) => recoveryMs),
    worstResumeMs: worst(({ resumeMs }) => resumeMs),
  };
}
