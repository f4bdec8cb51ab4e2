import { z } from 'zod';
import type { CallOptions } from '../../core/canvas/call-options.js';
import { named } from '../openapi/contract.js';
import { paging, word } from '../validation/fields.js';

const json = z.record(z.string(), z.unknown()).describe('an object');
const duration = z.union([z.number().min(0), z.string()]).describe("milliseconds, or a text such as '30s', '5m', '1d'");
const instant = z
  .union([z.iso.datetime({ offset: true }), z.number()])
  .describe("epoch milliseconds, or a text such as '2027-01-31T18:00:00Z'");

/** A call by name. What is left out is as the task's routes and annotations say. */
export const sendInput = named(
  'SendInput',
  z.strictObject({
    task: word.describe('the name of a task'),
    args: z.array(z.unknown()).default([]).describe('a list of arguments'),
    kwargs: json.optional().describe(json.description!),
    queue: word.optional().describe('the name of a queue'),
    worker: word.optional().describe('the name of a worker, instead of queue'),
    priority: z.int().min(0).max(9).optional().describe('a whole number from 0 to 9 (higher first)'),
    countdown: duration.optional().describe(duration.description!),
    eta: instant.optional().describe(`${instant.description}, instead of countdown`),
    expires: duration.optional().describe(duration.description!),
    expiresAt: instant.optional().describe(`${instant.description}, instead of expires`),
    taskId: word.optional().describe('an id of your own, which is not taken twice'),
    idempotencyKey: word.optional().describe('a text that stands for this call, instead of taskId'),
    headers: json.optional().describe(json.description!),
    ignoreResult: z.boolean().optional().describe('true or false'),
    softTimeLimit: duration.optional().describe(duration.description!),
    timeLimit: duration.optional().describe(duration.description!),
    tags: z.array(word).optional().describe('a list of words that its result is found by'),
  }),
);

export type SendInput = z.output<typeof sendInput>;

/** @returns what the client takes */
export function callOf({ task, args, eta, expiresAt, expires, ...options }: SendInput): {
  readonly task: string;
  readonly args: readonly unknown[];
  readonly options: CallOptions;
} {
  const ends = expiresAt === undefined ? expires : new Date(expiresAt);
  const given = { ...options, ...(eta !== undefined && { eta: new Date(eta) }), ...(ends !== undefined && { expires: ends }) };
  return { task, args, options: given as CallOptions };
}

const terminate = z.boolean().default(false).describe('true or false: whether it is also aborted where it runs');

export const revokeInput = named('RevokeInput', z.strictObject({ terminate }));

export const revokeManyInput = named(
  'RevokeManyInput',
  z.strictObject({
    ids: z.array(word).min(1).max(1_000).describe('a list of 1 to 1000 ids'),
    terminate,
  }),
);

const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .describe('an instant with an offset');

export const taskListing = z.strictObject({
  ...paging,
  name: word.optional().describe('the name of a task'),
  state: word.optional().describe('a state, such as FAILURE'),
  queue: word.optional().describe('the name of a queue'),
  worker: word.optional().describe('the name of a worker'),
  tag: word.optional().describe('a tag'),
  from: moment.optional().describe('an instant with an offset: sent then or later'),
  to: moment.optional().describe('an instant with an offset: sent before it'),
});
