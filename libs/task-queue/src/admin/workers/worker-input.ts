import { z } from 'zod';
import { named } from '../openapi/contract.js';
import { word } from '../validation/fields.js';

export const asking = z.strictObject({
  timeout: z.coerce
    .number()
    .int()
    .min(10)
    .max(10_000)
    .default(1_000)
    .describe('a whole number from 10 to 10000: ms that answers are waited for'),
});
export type Asking = z.output<typeof asking>;

const duration = z
  .union([z.number().min(0), z.string()])
  .nullable()
  .describe("milliseconds, or a text such as '30s', or null: none");

export const poolInput = named(
  'PoolInput',
  z.strictObject({ by: z.int().min(1).max(1_000).default(1).describe('a whole number from 1 to 1000') }),
);
export const queueInput = named('QueueInput', z.strictObject({ queue: word.describe('the name of a queue') }));
export const limitsInput = named(
  'TimeLimitInput',
  z
    .strictObject({
      task: word.describe('the name of a task'),
      soft: duration.optional().describe(duration.description!),
      hard: duration.optional().describe(duration.description!),
    })
    .refine(({ soft, hard }) => soft !== undefined || hard !== undefined)
    .describe("an object with 'soft' or 'hard'"),
);
export const rateInput = named(
  'RateInput',
  z.strictObject({
    rate: z
      .union([z.string(), z.number().min(0)])
      .nullable()
      .describe("a text such as '10/m', a number a second, 0: no limit, or null: as the task declares"),
  }),
);
