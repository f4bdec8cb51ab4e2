import type { InjectionToken } from '@nestjs/common';
import { z } from 'zod';
import type { ClientOptionsInput } from '../core/client/options/client-options.js';
import { checkOptions, flagField } from '../core/options/check-options.js';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { FakeClock } from './fake-clock.js';

/** How an application under test is run. */
export interface TestingOptions {
  /** 'queue' (default): what is sent waits until `drain()`. 'eager': it runs at the call, retries included and without delays */
  mode?: 'queue' | 'eager';
  /** in eager mode, throw the task's error at the call; default false */
  propagate?: boolean;
  /** default: one that begins at 2030-01-01T00:00Z */
  clock?: FakeClock;
  /** for the worker of `drain()`; by default it runs one task at a time, so that a test sees them in order */
  worker?: WorkerOptionsInput;
}

/** As `TaskQueueModule.forRoot`, but for where the queue is and whether it is eager. */
export interface TestingRootOptions
  extends
    TestingOptions,
    Omit<ClientOptionsInput, 'broker' | 'results' | 'connection' | 'resultsConnection' | 'eager' | 'eagerPropagates'> {
  name?: string;
  isGlobal?: boolean;
}

export const TEST_WORKER_OPTIONS: InjectionToken<WorkerOptionsInput> = Symbol('TEST_WORKER_OPTIONS');

const schema = z.object({
  mode: z.enum(['queue', 'eager']).default('queue').describe("'queue' or 'eager'"),
  propagate: flagField.default(false).describe(flagField.description!),
  clock: z.instanceof(FakeClock).optional().describe('a FakeClock'),
  worker: z.record(z.string(), z.unknown()).default({}).describe("an object of the worker's options"),
});

export interface CheckedTestingOptions {
  readonly mode: 'queue' | 'eager';
  readonly propagate: boolean;
  /** absent: each application has one of its own */
  readonly clock?: FakeClock | undefined;
  readonly worker: WorkerOptionsInput;
}

/** @throws UnknownOptionError · InvalidOptionError */
export function checkTestingOptions(input: TestingOptions, where: string): CheckedTestingOptions {
  const { mode, propagate, clock, worker } = checkOptions(schema, input, where);
  return { mode, propagate, clock, worker };
}
