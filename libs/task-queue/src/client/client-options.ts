import { z } from 'zod';
import type { Duration } from '../message/duration.js';
import { DEFAULT_QUEUE } from '../message/task-message.js';
import { checkOptions, countField, durationField, flagField, nameField, namesField, positiveField } from '../policies/check-options.js';

/** What `TaskQueueModule.forRoot` takes for the queue itself. Durations are ms or text. */
export interface ClientOptionsInput {
  /** 'memory://' (default) or 'redis://user:password@host:port/db' */
  broker?: string;
  /** where results are kept; default: with the broker */
  results?: string;
  /** begins every key, so that several applications share one server; default 'tq' */
  keyPrefix?: string;
  /** the queues that exist, beside the default one and those of tasks; a call or worker that names another is refused. Absent: any name goes */
  queues?: readonly string[];
  /** default 'default' */
  defaultQueue?: string;
  /** how long a publish may take before it fails; default '5s' */
  publishTimeout?: Duration;
  /** how long results are kept; default '1d' */
  resultExpires?: Duration;
  /** how long ids that a caller chose are remembered after they finished; default '7d' */
  dedupRetention?: Duration;
  /** how long a revoked id that never comes is remembered; default '1d' */
  revokesExpire?: Duration;
  /** dead letters that each queue keeps, beyond which the oldest go; default 10 000 */
  deadLetterLimit?: number;
  /** bytes of one encoded message; default 1 MB */
  maxPayloadBytes?: number;
  /** run tasks inline instead of sending them; for tests */
  eager?: boolean;
  /** in eager mode, throw the task's error at the call; default false */
  eagerPropagates?: boolean;
  /** the driver's own options (TLS, Sentinel, …) */
  connection?: Readonly<Record<string, unknown>>;
}

const schema = z.object({
  broker: nameField.default('memory://').describe("a URL such as 'memory://' or 'redis://localhost:6379'"),
  results: nameField.optional().describe('a URL'),
  keyPrefix: nameField.default('tq').describe(nameField.description!),
  queues: namesField.optional().describe(namesField.description!),
  defaultQueue: nameField.default(DEFAULT_QUEUE).describe(nameField.description!),
  publishTimeout: duration('5s'),
  resultExpires: duration('1d'),
  dedupRetention: duration('7d'),
  revokesExpire: duration('1d'),
  deadLetterLimit: countField.default(10_000).describe(countField.description!),
  maxPayloadBytes: positiveField.default(1_000_000).describe(positiveField.description!),
  eager: flagField.default(false).describe(flagField.description!),
  eagerPropagates: flagField.default(false).describe(flagField.description!),
  connection: z.record(z.string(), z.unknown()).readonly().default({}).describe("an object of the driver's options"),
});

export type ClientOptions = Readonly<z.output<typeof schema>>;
export const CLIENT_OPTION_NAMES: readonly string[] = Object.keys(schema.shape);

/** @throws UnknownOptionError · InvalidOptionError */
export function resolveClientOptions(input: ClientOptionsInput, where = 'TaskQueueModule.forRoot'): ClientOptions {
  return Object.freeze(checkOptions(schema, input, where));
}

function duration(standard: string) {
  return durationField().prefault(standard).describe(durationField().description!);
}
