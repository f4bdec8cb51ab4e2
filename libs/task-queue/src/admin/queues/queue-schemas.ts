import { z } from 'zod';
import { named } from '../openapi/contract.js';
import { pageOf, paging } from '../validation/fields.js';

const length = z.int();

export const queueView = named(
  'Queue',
  z.strictObject({
    name: z.string(),
    paused: z.boolean().describe('true: no worker is given messages of it'),
    lengths: z.strictObject({
      ready: length.describe('can be handed out now'),
      delayed: length.describe('wait for their time'),
      limited: length.describe('wait for the rate limit of their task'),
      leased: length.describe('are held by workers'),
      suspects: length.describe('were held by workers that died, twice or more'),
      dead: length.describe('are dead letters'),
    }),
    oldestAge: z.number().nullable().describe('age in ms of the oldest ready message; null when none is ready'),
  }),
);

export const queuePage = named('QueuePage', pageOf(queueView));
export const queueListing = z.strictObject(paging);
export const purgedView = named('Purged', z.strictObject({ purged: z.int() }));
