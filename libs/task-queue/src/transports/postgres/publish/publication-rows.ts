import type { Publication, PublishReceipt } from '../../../core/ports/broker/publication.js';
import { fromStored, joinLists, joinStored, toStored } from '../connection/stored-text.js';

/** The server checks the size of longer bodies: those above 8 KB go to a table of their own. */
const SMALL = 2_048;
const HEADS = Array.from({ length: 10 }, (_, priority) => String(priority));

/** Whether a publication is new, small, ready at once, and without trace, unique key and limit: inserting it needs no look-up. */
export function isPlain({ due, traced, unique, limit, fresh, body }: Publication): boolean {
  return fresh === true && due === undefined && !traced && unique === undefined && limit === undefined && body.length <= SMALL;
}

/** fewer publications are not worth a block */
const SMALLEST_BLOCK = 8;
/** the same as in the schema */
const LARGEST_BLOCK = 32;

/** Whether plain publications can share blocks: they need one queue and one priority. */
export function areBlocks(publications: readonly Publication[]): boolean {
  if (publications.length < SMALLEST_BLOCK) return false;
  const { queue, priority } = publications[0]!;
  return publications.every((one) => one.queue === queue && one.priority === priority);
}

/** Which statement takes plain publications, and its arguments from the queue on. */
export function plainCall(publications: readonly Publication[]): { readonly form: 'One' | 'Blocks' | 'Plain'; readonly values: unknown[] } {
  if (publications.length === 1) return { form: 'One', values: plainOne(publications[0]!) };
  if (areBlocks(publications)) return { form: 'Blocks', values: blockLists(publications) };
  return { form: 'Plain', values: plainLists(publications) };
}

/** The arguments of publish-blocks.sql from the queue on. */
export function blockLists(publications: readonly Publication[]): unknown[] {
  const { queue, priority } = publications[0]!;
  const count = Math.ceil(publications.length / LARGEST_BLOCK);
  const sizes = Array.from({ length: count }, (_, at) => Math.floor((publications.length + at) / count));
  const ids = publications.map(({ id }) => toStored(id));
  const bodies = publications.map(({ body }) => toStored(body));
  return [toStored(queue), HEADS[priority]!, sizes, joinLists(ids, sizes), joinLists(bodies, sizes)];
}

/** The arguments of publish-one.sql from the queue on. */
function plainOne({ queue, id, priority, body }: Publication): unknown[] {
  return [toStored(queue), toStored(id), HEADS[priority]!, toStored(body)];
}

/** The arguments of publish-plain.sql from the queues' names on. Queue and head are sent once if all publications share them. */
function plainLists(publications: readonly Publication[]): unknown[] {
  const first = publications[0]!;
  const alike = publications.every(({ queue, priority }) => queue === first.queue && priority === first.priority);
  const different = alike ? [first] : publications;
  const queues = different.map(({ queue }) => toStored(queue));
  return [
    [...new Set(queues)],
    joinStored(queues),
    joinStored(publications.map(({ id }) => toStored(id))),
    joinStored(different.map(({ priority }) => HEADS[priority]!)),
    joinStored(publications.map(({ body }) => toStored(body))),
  ];
}

/**
 * One publication as an argument of the function `put`.
 * @param n its number in the answer
 * @param trusted false: look its id up even if the publication is marked as fresh
 */
export function publicationRow(publication: Publication, n: number, trusted = true): object {
  const { id, queue, body, due, traced, fresh = false, unique, limit } = publication;
  return {
    n,
    id: toStored(id),
    queue: toStored(queue),
    head: headOf(publication),
    body: toStored(body),
    ...due,
    traced,
    fresh: fresh && trusted,
    ...(unique !== undefined && {
      key: toStored(unique.key),
      key_expires: unique.expires,
      key_until: unique.until,
      on_conflict: unique.onConflict,
    }),
    ...(limit !== undefined && { limit_key: toStored(limit.key), limit_interval: limit.intervalMs }),
  };
}

/** The priority, and the key and limit, which are kept as long as the message. */
function headOf({ priority, unique, limit }: Publication): string {
  if (unique === undefined && limit === undefined) return HEADS[priority]!;
  const more = {
    ...(unique && { unique: { key: toStored(unique.key), until: unique.until, expires: unique.expires } }),
    ...(limit && { limit: { key: toStored(limit.key), expires: limit.expires } }),
  };
  return HEADS[priority]! + JSON.stringify(more);
}

/** Why `put` did not take a publication: 1 = its id is known, 2 = dropped and 3 = refused for its unique key. */
export interface PutRefusal {
  readonly n: number;
  readonly was: 1 | 2 | 3;
  readonly holder?: string;
}

/** The refusals in an answer of `put`, by the number of the publication. */
export function readRefusals(answer: string): ReadonlyMap<number, PutRefusal> {
  return new Map(answer === '' ? [] : (JSON.parse(answer) as PutRefusal[]).map((one) => [one.n, one]));
}

export function readReceipt(id: string, refusal: PutRefusal | undefined): PublishReceipt {
  switch (refusal?.was) {
    case undefined:
      return { id, deduplicated: false };
    case 1:
      return { id, deduplicated: true };
    case 2:
      return { id: fromStored(refusal.holder!), deduplicated: true };
    case 3:
      return { id, deduplicated: false, refused: { reason: 'unique', holder: fromStored(refusal.holder!) } };
  }
}

/** The index of the first publication of each id. */
export function firstOfEach(publications: readonly Publication[]): number[] {
  const seen = new Set<string>();
  const places: number[] = [];
  publications.forEach(({ id }, place) => {
    if (!seen.has(id)) places.push(place);
    seen.add(id);
  });
  return places;
}

/** An id that comes twice in one call is one message, the first. The others get the receipt of the first. */
export function copyReceipts(publications: readonly Publication[], receipts: PublishReceipt[]): PublishReceipt[] {
  const firsts = new Map<string, PublishReceipt>();
  publications.forEach(({ id }, place) => {
    const own = receipts[place];
    if (own !== undefined) return firsts.set(id, own);
    const first = firsts.get(id)!;
    receipts[place] = first.refused === undefined && first.id === id ? { id, deduplicated: true } : first;
  });
  return receipts;
}
