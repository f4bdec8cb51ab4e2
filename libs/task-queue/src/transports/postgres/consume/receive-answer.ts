import type { HeldBatch } from '../../shared/leases/leased-delivery.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { BODY_APART, fromStored, splitStored } from '../connection/stored-text.js';

/** A row of the answer of the function `receive`: a claim or, as the last row (`number` null), when to look again. */
export interface ReceiveRow {
  readonly number: string | null;
  readonly queue: string;
  readonly ids: string;
  readonly heads: string;
  readonly bodies: string;
  readonly tops: string;
  /** '' = none is revoked */
  readonly marks: string;
  /** ms until something is due; null = nothing is */
  readonly next_in: number | null;
  readonly suspects: number;
  readonly swept: number;
}

/** Whether rows are of this form: an answer of another statement would be read as claims of nothing. */
export function areReceiveRows(rows: readonly unknown[]): boolean {
  return (rows as readonly Partial<ReceiveRow>[]).every(({ number, queue, ids, heads, bodies }) => {
    return number === null || [number, queue, ids, heads, bodies].every((one) => typeof one === 'string');
  });
}

export interface ClaimContext {
  /** the first part of tokens */
  readonly owner: string;
  readonly sentAt: number;
  /** bodies stored apart, by stored id */
  readonly apart: ReadonlyMap<string, string>;
  nextSequence(): number;
}

/** The stored ids of a claim whose bodies are stored apart. */
export function idsApart({ ids, bodies }: ReceiveRow): string[] {
  if (!bodies.includes(BODY_APART)) return [];
  const all = splitStored(ids);
  return splitStored(bodies).flatMap((body, at) => (body === BODY_APART ? [all[at]!] : []));
}

/** The deliveries of one claim. */
export function readClaim(row: ReceiveRow, { owner, sentAt, apart, nextSequence }: ClaimContext): HeldBatch {
  const [ids, heads, bodies] = [splitStored(row.ids), splitStored(row.heads), splitStored(row.bodies)];
  const number = row.number!;
  const queue = fromStored(row.queue);
  const claim = { number, size: ids.length };
  const deliveries = new Array<PostgresDelivery>(ids.length);
  const suspect = ids.length === 1 && lostOf(heads[0]!) >= 2;
  const batch: HeldBatch = {
    sequence: nextSequence(),
    sentAt,
    deliveries,
    open: ids.length,
    suspect,
    renewal: () => JSON.stringify([number, ids.length]),
  };
  const token = `${owner}.${number}.`;
  for (let at = 0; at < ids.length; at++) {
    const [id, head, body] = [ids[at]!, heads[at]!, bodies[at]!];
    const text = body === BODY_APART ? (apart.get(id) ?? '') : fromStored(body);
    const revoked = row.marks !== '' && row.marks[at] === '1';
    deliveries[at] = new PostgresDelivery(
      fromStored(id),
      queue,
      head.charCodeAt(0) - 48,
      token + at,
      text,
      lostOf(head),
      revoked,
      batch,
      claim,
      at + 1,
    );
  }
  return batch;
}

/** The lost leases, from the head of a message. */
function lostOf(head: string): number {
  return head.length === 1 ? 0 : ((JSON.parse(head.slice(1)) as { lost?: number }).lost ?? 0);
}
