import { z } from 'zod';
import type { DeadLetterFilter, DeadTask, RedriveReport } from '../../core/client/operations/dead-letters.js';
import { named } from '../openapi/contract.js';
import { shown } from '../tasks/task-view.js';
import { instant, pageOf, paging, toIso, word } from '../validation/fields.js';

const attempt = z.strictObject({
  at: instant,
  worker: z.string(),
  retries: z.int().describe('0 = the first attempt'),
  error: z
    .strictObject({ type: z.string(), message: z.string(), code: z.string().optional() })
    .nullable()
    .describe('null = it asked to be run again, and gave no reason'),
});

export const deadLetterView = named(
  'DeadLetter',
  z.strictObject({
    id: z.string(),
    queue: z.string(),
    task: z.string().nullable().describe('null = its message cannot be read here'),
    reason: z.string().describe('failed, rejected, worker_lost, unknown_task, malformed, …'),
    error: z.string().describe('the last error in one line'),
    at: instant.describe('when it died'),
    attempts: z.array(attempt).describe('what became of its attempts, oldest first'),
    args: z.array(z.unknown()).nullable().describe('null = it cannot be read here, or was encrypted'),
    kwargs: z.record(z.string(), z.unknown()).nullable(),
    retries: z.int().nullable(),
    redrives: z.int().nullable().describe('how often it was sent again as a dead letter'),
    sentAt: instant.nullable(),
  }),
);
export type DeadLetterView = z.output<typeof deadLetterView>;

export const deadLetterPage = named('DeadLetterPage', pageOf(deadLetterView));

export const redrivenView = named(
  'Redriven',
  z.strictObject({
    redriven: z.int(),
    refused: z.array(z.strictObject({ id: z.string(), queue: z.string(), task: z.string().nullable(), reason: z.enum(['unique']) })),
  }),
);

const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .describe('an instant with an offset');

const filter = {
  queue: word.optional().describe('the name of a queue'),
  task: word.optional().describe('the name of a task'),
  reason: word.optional().describe("a reason, such as 'failed'"),
  since: moment.optional().describe('an instant with an offset: died then or later'),
  until: moment.optional().describe('an instant with an offset: died before it'),
};

export const deadLetterListing = z.strictObject({ ...paging, ...filter });

/** Which dead letters. All of them only where that is said: an empty object is more likely a mistake. */
export const deadLetterChoice = named(
  'DeadLetterChoice',
  z
    .strictObject({ ...filter, all: z.literal(true).optional().describe('true, instead of everything else') })
    .refine(({ all, ...rest }) => (all === true) !== Object.values(rest).some((value) => value !== undefined))
    .describe("an object with 'queue', 'task', 'reason', 'since' or 'until', or { all: true }"),
);

export function filterOf({ all: _all, ...rest }: z.output<typeof deadLetterChoice>): DeadLetterFilter {
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}

export function viewOfLetter({ id, queue, reason, error, at, attempts, message }: DeadTask): DeadLetterView {
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
