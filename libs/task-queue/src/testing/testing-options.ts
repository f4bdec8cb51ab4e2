import type { InjectionToken } from '@nestjs/common';
import { z } from 'zod';
import type { ClientOptionsInput } from '../core/client/options/client-options.js';
import { checkOptions, flagField } from '../core/options/check-options.js';
import type { WorkerOptionsInput } from '../core/worker/worker-options.js';
import { FakeClock } from './fake-clock.js';

/** Options of an application under test. */
export interface TestingOptions {
  /** 'queue' (default): sent tasks wait until `drain()`. 'eager': tasks run at the call, with retries and without delays */
  mode?: 'queue' | 'eager';
  /** true: in eager mode, the call throws the task's error; default false */
  propagate?: boolean;
  /** default: a clock that starts at 2030-01-01T00:00Z */
  clock?: FakeClock;
  /** options of the worker of `drain()`; by default it runs one task at a time, so that their order is fixed */
  worker?: WorkerOptionsInput;
}

/** The options of `TaskQueueModule.forRoot`, without the addresses of stores and the eager mode. */
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
  worker: z
    .custom<WorkerOptionsInput>((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
    .default({})
    .describe("an object of the worker's options"),
});

/** @throws UnknownOptionError · InvalidOptionError */
export function checkTestingOptions(input: TestingOptions, where: string): z.output<typeof schema> {
  return checkOptions(schema, input, where);
}
