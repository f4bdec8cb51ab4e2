import type { HeldBackReceipt, SettleReceipt, Settlement } from '../../../core/ports/broker/consumer.js';
import { readJoinAnswers } from '../stores/join-code.js';
import type { JoinAnswer } from '../stores/join-code.js';
import { readPublishAnswer, wasHeldBack } from '../publish/publish-answer.js';
import { groupFollowUps } from './settle-batch.js';

/** What settle.lua answers (see there). */
export type SettleAnswer = readonly [flags: string, news: '' | readonly SettleNews[], ...revoked: string[]];
type SettleNews = readonly [number: number, joins: readonly JoinAnswer[], ...followUps: string[]];

/** Receipts of accepted settlements of which there is more to tell than that. */
export function readSettleNews(news: '' | readonly SettleNews[], order: readonly Settlement[]): Map<Settlement, SettleReceipt> {
  const receipts = new Map<Settlement, SettleReceipt>();
  if (news === '') return receipts;
  for (const [number, joins, ...followUps] of news) {
    const settlement = order[number - 1]!;
    const joined = readJoinAnswers(joins);
    const heldBack = readHeldBack(settlement, followUps);
    receipts.set(settlement, {
      id: settlement.delivery.id,
      accepted: true,
      ...(heldBack.length > 0 && { heldBack }),
      ...(joined.length > 0 && { joined }),
    });
  }
  return receipts;
}

function readHeldBack({ publish = [] }: Settlement, answers: readonly string[]): HeldBackReceipt[] {
  return groupFollowUps(publish).flatMap(({ some }, group) => {
    const answer = answers[group]!;
    const receipts = readPublishAnswer(answer, some);
    return some.flatMap(({ id }, at) => (wasHeldBack(answer, at) ? [{ followUp: id, receipt: receipts[at]! }] : []));
  });
}
