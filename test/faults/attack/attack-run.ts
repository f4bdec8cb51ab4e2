import type { Engine } from '../engine.js';
import type { AttackedOptions } from './attacked-system.js';
import type { Finding } from './judge-window.js';
import type { WindowReport } from './window-report.js';

export interface AttackRun extends AttackedOptions {
  readonly engine: Engine;
  readonly seed: string;
  /** ms of all windows together */
  readonly length: number;
  /** ms of load and faults until all drains and is judged */
  readonly window: number;
  /** calls a second */
  readonly rate: number;
  /** ms that a fault of no set length lasts, and between two of them */
  readonly spell: number;
  /** only faults whose name contains one of these; absent = all */
  readonly only?: readonly string[] | undefined;
  /** none of those */
  readonly without?: readonly string[] | undefined;
  /** told of each fault when it strikes. @param beside another is not over yet */
  onStrike(name: string, beside: boolean): void;
  onWindow(number: number, report: WindowReport): void;
  onWipe(findings: readonly Finding[]): void;
}
