import type { HeldBackReceipt, RevokedDelivery, SettleReceipt, Settlement } from '../../../core/ports/broker/consumer.js';
import { PostgresDelivery } from './postgres-delivery.js';
import { readReceipts } from '../stores/postgres-joins.js';
import { readReceipt } from '../publish/publication-rows.js';
import type { PutNews } from '../publish/publication-rows.js';
import type { SettleBatch } from './settle-batch.js';
import { fromStored } from '../connection/stored-text.js';

/** What the function `settle` tells; '' where all was accepted and there is nothing to tell. */
interface SettleNews {
  /** numbers of claims that are no longer there */
  readonly refused?: readonly string[];
  readonly heldBack?: readonly PutNews[];
  readonly joined?: readonly (readonly [group: number, join: string, remaining: number, inserted: number])[];
  readonly revoked?: readonly RevokedDelivery[];
}

export interface SettleAnswer {
  /** of those accepted */
  readonly receipts: ReadonlyMap<Settlement, SettleReceipt>;
  readonly revoked: readonly RevokedDelivery[];
}

export function readSettleAnswer(answer: string, batch: SettleBatch): SettleAnswer {
  const news: SettleNews = answer === '' ? {} : (JSON.parse(answer) as SettleNews);
  const refused = new Set(news.refused);
  const heldBack = readHeldBack(news.heldBack ?? [], batch);
  const receipts = new Map<Settlement, SettleReceipt>();
  for (const settlement of batch.order) {
    const { delivery } = settlement;
    if (refused.has((delivery as PostgresDelivery).claim.number)) continue;
    const held = heldBack.get(settlement);
    const joined = joinedOf(settlement, news.joined ?? [], batch);
    receipts.set(settlement, { id: delivery.id, accepted: true, ...(held && { heldBack: held }), ...(joined && { joined }) });
  }
  const revoked = (news.revoked ?? []).map(({ id, terminate }) => ({ id: fromStored(id), terminate }));
  return { receipts, revoked };
}

function readHeldBack(news: readonly PutNews[], { followUps }: SettleBatch): Map<Settlement, HeldBackReceipt[]> {
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

function joinedOf(settlement: Settlement, rows: NonNullable<SettleNews['joined']>, { arriving }: SettleBatch): SettleReceipt['joined'] {
  if (settlement.arrivals === undefined || settlement.arrivals.length === 0) return undefined;
  const group = arriving.indexOf(settlement);
  const own = rows.filter(([of]) => of === group);
  return readReceipts(
    settlement.arrivals,
    own.map(([, arrived_join, remaining_after, inserted]) => ({ arrived_join, remaining_after, inserted })),
  );
}
