import type { HeldBackReceipt, RevokedDelivery, SettleReceipt, Settlement } from '../../../core/ports/broker/consumer.js';
import type { Accepted } from '../../shared/leases/settle-queue.js';
import { readJoinAnswers } from '../stores/join-code.js';
import type { JoinAnswer } from '../stores/join-code.js';
import { readPublishAnswer, wasHeldBack } from '../publish/publish-answer.js';
import { groupFollowUps } from './settle-batch.js';

/** The answer of settle.lua (see there). Flags: '' = all accepted, or '1' in the place of each refused one. */
export type SettleAnswer = readonly [flags: string, details: '' | readonly SettleDetails[], ...revoked: string[]];
/** What a receipt says beyond the acceptance. */
type SettleDetails = readonly [number: number, joins: readonly JoinAnswer[], ...followUps: string[]];

export function addReceipts(accepted: Accepted, flags: string, details: '' | readonly SettleDetails[], order: readonly Settlement[]): void {
  order.forEach((settlement, at) => {
    if (flags === '' || flags[at] === '0') accepted.set(settlement, { id: settlement.delivery.id, accepted: true });
  });
  if (details === '') return;
  for (const one of details) {
    const settlement = order[one[0] - 1]!;
    accepted.set(settlement, detailedReceipt(settlement, one));
  }
}

/** Pairs of id and '1' = terminate. */
export function readRevoked(pairs: readonly string[]): RevokedDelivery[] {
  const read: RevokedDelivery[] = [];
  for (let at = 0; at < pairs.length; at += 2) read.push({ id: pairs[at]!, terminate: pairs[at + 1] === '1' });
  return read;
}

function detailedReceipt(settlement: Settlement, [, joins, ...followUps]: SettleDetails): SettleReceipt {
  const { id } = settlement.delivery;
  const joined = readJoinAnswers(joins);
  const heldBack = readHeldBack(settlement, followUps);
  return { id, accepted: true, ...(heldBack.length > 0 && { heldBack }), ...(joined.length > 0 && { joined }) };
}

function readHeldBack({ publish = [] }: Settlement, answers: readonly string[]): HeldBackReceipt[] {
  return groupFollowUps(publish).flatMap(({ some }, group) => {
    const answer = answers[group]!;
    const receipts = readPublishAnswer(answer, some);
    return some.flatMap(({ id }, at) => (wasHeldBack(answer, at) ? [{ followUp: id, receipt: receipts[at]! }] : []));
  });
}
