import type { AttemptEnd } from '../../attempt/attempt-end.js';
import type { AttemptJob } from '../../attempt/attempt-job.js';

/** Where handlers run. */
export interface Pool {
  readonly capabilities: PoolCapabilities;
  /** how many attempts may run at once */
  readonly concurrency: number;
  /** @param attempts runs attempts in this process */
  start(attempts: AttemptRunner): Promise<void>;
  /**
   * Runs an attempt and answers how it ended; a promise only where the handler needs one. Rejects only for faults of this
   * library. The worker never runs more than `concurrency` at once.
   */
  run(job: AttemptJob): AttemptEnd | Promise<AttemptEnd>;
  /** Changes how many attempts may run at once; those beyond the new size end in their own time. Absent = the size is fixed. */
  resize?(concurrency: number): void;
  stop(): Promise<void>;
}

export interface AttemptRunner {
  run(job: AttemptJob): AttemptEnd | Promise<AttemptEnd>;
}

/** What a pool can honour; other options are refused at boot. */
export interface PoolCapabilities {
  readonly name: string;
  /** `timeLimit` really ends the attempt */
  readonly hardTimeLimit: boolean;
  /** several handlers wait for I/O at once */
  readonly concurrent: boolean;
}
