import { z } from 'zod';
import type { DeadLetterFilter, DeadTask, RedriveReport } from '../../core/client/operations/dead-letters.js';
import { named } from '../openapi/contract.js';
import { shown } from '../tasks/task-schemas.js';
import { date, definedOnly, instant, pageOf, paging, toIso, word } from '../validation/fields.js';

const attempt = z.strictObject({
  at: instant,
  worker: z.string(),
  retries: z.int().describe('0 = the first attempt'),
  error: z
    .strictObject({ type: z.string(), message: z.string(), code: z.string().optional() })
    .nullable()
    .describe('null when it asked for a retry without a reason'),
});

export const deadLetterView = named(
  'DeadLetter',
  z.strictObject({
    id: z.string(),
    queue: z.string(),
    task: z.string().nullable().describe('null when its message cannot be read here'),
    reason: z.string().describe('failed, rejected, worker_lost, unknown_task, malformed, …'),
    error: z.string().describe('the last error in one line'),
    at: instant.describe('when it became a dead letter'),
    attempts: z.array(attempt).describe('its attempts, oldest first'),
    args: z.array(z.unknown()).nullable().describe('null when it is encrypted or cannot be read here'),
    kwargs: z.record(z.string(), z.unknown()).nullable(),
    retries: z.int().nullable(),
    redrives: z.int().nullable().describe('how often it was redriven'),
    sentAt: instant.nullable(),
  }),
);

export const deadLetterPage = named('DeadLetterPage', pageOf(deadLetterView));

export const redrivenView = named(
  'Redriven',
  z.strictObject({
    redriven: z.int(),
    refused: z.array(z.strictObject({ id: z.string(), queue: z.string(), task: z.string().nullable(), reason: z.enum(['unique']) })),
  }),
);

const filter = {
  queue: word.optional().describe('the name of a queue'),
  task: word.optional().describe('the name of a task'),
  reason: word.optional().describe("a reason, such as 'failed'"),
  since: date.optional().describe(`${date.description}: dead since then or later`),
  until: date.optional().describe(`${date.description}: dead before this time`),
};

export const deadLetterListing = z.strictObject({ ...paging, ...filter });

/** Selects dead letters. Selecting all of them needs `all: true`, because an empty object is more likely a mistake. */
export const deadLetterChoice = named(
  'DeadLetterChoice',
  z
    .strictObject({ ...filter, all: z.literal(true).optional().describe('true, instead of all other fields') })
    .refine(({ all, ...rest }) => (all === true) !== Object.values(rest).some((value) => value !== undefined))
    .describe("an object with 'queue', 'task', 'reason', 'since' or 'until', or { all: true }"),
);

export function filterOf({ all: _all, ...rest }: z.output<typeof deadLetterChoice>): DeadLetterFilter {
  return definedOnly(rest);
}

export function viewOfLetter({ id, queue, reason, error, at, attempts, message }: DeadTask): z.output<typeof deadLetterView> {
  const open = message === null || message.headers.encrypted ? null : message;
  return {
    id,
    queue,
    task: message?.task ?? null,
    reason,
    error,
    at: at.toISOString(),
    attempts: attempts.map((one) => ({ ...one, at: toIso(one.at), error: one.error ?? null })),
    args: open && (shown(open.args) as unknown[]),
    kwargs: open && (shown(open.kwargs) as Record<string, unknown>),
    retries: message?.headers.retries ?? null,
    redrives: message?.headers.redrives ?? null,
    sentAt: toIso(message?.headers.sentAt ?? null),
  };
}

export function viewOfReport({ redriven, refused }: RedriveReport): z.output<typeof redrivenView> {
  return { redriven, refused: refused.map((one) => ({ ...one })) };
}
