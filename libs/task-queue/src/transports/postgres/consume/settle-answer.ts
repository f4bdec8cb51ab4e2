import type { HeldBackReceipt, RevokedDelivery, SettleReceipt, Settlement } from '../../../core/ports/broker/consumer.js';
import type { Accepted } from '../../shared/leases/settle-queue.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { readReceipts } from '../stores/postgres-joins.js';
import { readReceipt } from '../publish/publication-rows.js';
import type { PutRefusal } from '../publish/publication-rows.js';
import type { SettleBatch } from './settle-batch.js';
import { fromStored } from '../connection/stored-text.js';

/** The answer of the function `settle` as JSON; '' = all was accepted, and there is nothing more to say. */
interface SettleAnswer {
  /** numbers of claims that no longer exist */
  readonly refused?: readonly string[];
  readonly heldBack?: readonly PutRefusal[];
  readonly joined?: readonly (readonly [group: number, join: string, remaining: number, inserted: number])[];
  readonly revoked?: readonly RevokedDelivery[];
}

/** Whether rows are the answer of the function `settle`. */
export function isSettleAnswer(rows: readonly unknown[]): boolean {
  const { answer } = (rows[0] ?? {}) as { answer?: unknown };
  return rows.length === 1 && typeof answer === 'string' && /^(\{.*\})?$/s.test(answer);
}

/** Adds the receipts of accepted settlements. @returns what was revoked meanwhile */
export function readSettleAnswer(text: string, batch: SettleBatch, accepted: Accepted): RevokedDelivery[] {
  const answer: SettleAnswer = text === '' ? {} : (JSON.parse(text) as SettleAnswer);
  const refused = new Set(answer.refused);
  const heldBack = readHeldBack(answer.heldBack ?? [], batch);
  for (const settlement of batch.order) {
    const { delivery } = settlement;
    if (refused.has((delivery as PostgresDelivery).claim.number)) continue;
    const held = heldBack.get(settlement);
    const joined = joinedOf(settlement, answer.joined ?? [], batch);
    accepted.set(settlement, { id: delivery.id, accepted: true, ...(held && { heldBack: held }), ...(joined && { joined }) });
  }
  return (answer.revoked ?? []).map(({ id, terminate }) => ({ id: fromStored(id), terminate }));
}

function readHeldBack(news: readonly PutRefusal[], { followUps }: SettleBatch): Map<Settlement, HeldBackReceipt[]> {
  const heldBack = new Map<Settlement, HeldBackReceipt[]>();
  for (const one of news.filter(({ was }) => was !== 1).sort((a, b) => a.n - b.n)) {
    const [settlement, at] = followUps[one.n]!;
    const followUp = settlement.publish![at]!.id;
    const list = heldBack.get(settlement) ?? [];
    heldBack.set(settlement, list);
    list.push({ followUp, receipt: readReceipt(followUp, one) });
  }
  return heldBack;
}

function joinedOf(settlement: Settlement, rows: NonNullable<SettleAnswer['joined']>, { arriving }: SettleBatch): SettleReceipt['joined'] {
  if (settlement.arrivals === undefined || settlement.arrivals.length === 0) return undefined;
  const group = arriving.indexOf(settlement);
  const own = rows.filter(([of]) => of === group);
  return readReceipts(
    settlement.arrivals,
    own.map(([, arrived_join, remaining_after, inserted]) => ({ arrived_join, remaining_after, inserted })),
  );
}
