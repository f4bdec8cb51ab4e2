import { z } from 'zod';
import type { ScheduleSettings } from '../../core/beat/schedule-settings.js';
import { named } from '../openapi/contract.js';
import { flag, paging, text, word } from '../validation/fields.js';
import { scheduleForm } from './schedule-form.js';

const json = z.record(z.string(), z.unknown()).describe('an object');
const moment = z.union([z.string(), z.number()]).describe("epoch milliseconds, or a text such as '2027-01-31T18:00:00Z'");
const duration = z.union([z.number(), z.string()]).describe("milliseconds, or a text such as '30s', '5m', '1d'");

const settings = z.strictObject({
  name: z.string().describe('a text of 1 to 200 characters on one line, which no other schedule has'),
  task: text.describe('the name of a task'),
  schedule: scheduleForm,
  args: z.array(z.unknown()).optional().describe('a list of arguments'),
  kwargs: json.optional().describe('an object'),
  headers: json.optional().describe('an object: headers of its runs'),
  queue: text.nullable().optional().describe('the name of a queue, or null: as the task is routed'),
  priority: z.int().min(0).max(9).nullable().optional().describe('a whole number from 0 to 9 (higher first), or null: as the task says'),
  timezone: z.string().nullable().optional().describe("the name of a zone, such as 'Asia/Ho_Chi_Minh', or null: that of the beat"),
  enabled: z.boolean().optional().describe('true or false'),
  oneOff: z.boolean().optional().describe('true or false: whether it runs once, and is then disabled'),
  startTime: moment.nullable().optional().describe(`${moment.description}, or null: no run before it`),
  expires: moment.nullable().optional().describe(`${moment.description}, or null: no run after it`),
  expireSeconds: z.int().min(1).nullable().optional().describe('a whole number of at least 1, or null: a run that waits longer is not run'),
  description: text.max(2_000).optional().describe('a text of at most 2000 characters'),
  overlap: z
    .enum(['allow', 'skip', 'buffer-one', 'cancel-previous'])
    .optional()
    .describe("'allow', 'skip', 'buffer-one' or 'cancel-previous', while the run before has not ended"),
  catchUp: z
    .enum(['none', 'last', 'all'])
    .optional()
    .describe("'none', 'last' or 'all': which of the ticks run that no beat was there for"),
  catchUpWindow: duration.optional().describe(`${duration.description}, after which a missed tick is left out`),
  jitter: duration.optional().describe(`${duration.description}, by which each run is put off at most`),
  pauseAfterFailures: z.int().min(1).max(100).nullable().optional().describe('a whole number from 1 to 100, or null: never'),
});

/** A whole schedule, for POST and PUT; what is left out is as by default. */
export const scheduleInput = named('ScheduleInput', settings);
/** An edit of some fields, for PATCH; what is left out stays. */
export const schedulePatch = named('SchedulePatch', settings.partial());

export type ScheduleInputBody = { readonly name: string } & ScheduleSettings;

export const scheduleListing = z.strictObject({
  ...paging,
  name: word.optional().describe('a text: the whole name'),
  search: word.optional().describe('a text: a part of the name'),
  task: word.optional().describe('the name of a task'),
  queue: word.optional().describe('the name of a queue'),
  enabled: flag.optional().describe(flag.description!),
  broken: flag.optional().describe(flag.description!),
  source: z.enum(['code', 'api']).optional().describe("'code' or 'api'"),
});

const count = z.int().min(1).max(100);
const from = z.union([z.iso.datetime({ offset: true }), z.iso.datetime()]);

export const previewQuery = z.strictObject({
  count: z.coerce.number().pipe(count).default(10).describe('a whole number from 1 to 100'),
  after: from.optional().describe('an instant with an offset; default: now'),
});

/** Of a schedule that is not stored: everything but when it is due may be left out. */
export const previewInput = named(
  'PreviewInput',
  settings.partial({ name: true, task: true }).extend({
    count: count.optional().describe('a whole number from 1 to 100; default 10'),
    after: from.optional().describe('an instant with an offset; default: now'),
  }),
);

export const historyQuery = z.strictObject(paging);

export const backfillInput = named(
  'BackfillInput',
  z.strictObject({
    from: from.describe('an instant with an offset'),
    to: from.describe('an instant with an offset that is past; both are included'),
    limit: z.int().min(1).max(10_000).optional().describe('a whole number from 1 to 10000: the most runs that are sent; default 1000'),
  }),
);

export const idsInput = named(
  'ScheduleIds',
  z.strictObject({ ids: z.array(text.min(1).max(200)).min(1).max(1_000).describe('a list of 1 to 1000 ids') }),
);
