import { z } from 'zod';
import { named } from '../openapi/contract.js';
import { pageOf, paging } from '../validation/fields.js';

const length = z.int();

export const queueView = named(
  'Queue',
  z.strictObject({
    name: z.string(),
    paused: z.boolean().describe('nothing of it is handed to any worker'),
    lengths: z.strictObject({
      ready: length.describe('to be handed out'),
      delayed: length.describe('until their time comes'),
      limited: length.describe('until the rate of their task lets them through'),
      leased: length.describe('with workers'),
      suspects: length.describe('of which workers have died twice or more'),
      dead: length.describe('that will not run again by themselves'),
    }),
    oldestAge: z.number().nullable().describe('ms that the oldest of those which are next has waited; null = nothing is ready'),
  }),
);
export type QueueView = z.output<typeof queueView>;

export const queuePage = named('QueuePage', pageOf(queueView));
export const queueListing = z.strictObject(paging);
export const purgedView = named('Purged', z.strictObject({ purged: z.int() }));
