import type { HeldBackReceipt, SettleReceipt, Settlement } from '../../../core/ports/broker/consumer.js';
import { checkArrival } from '../../../core/ports/stores/join-store.js';
import { checkPublication } from '../../shared/check-publication.js';
import { instantOf, type MemoryStore } from '../memory-store.js';
import { encodeRecord } from '../stores/kept-results.js';
import type { StoredMessage } from '../queue/stored-message.js';

export interface SettleMoment {
  readonly now: number;
  readonly dedupRetention: number;
  readonly deadLetterLimit: number;
}

/**
 * Settles one delivery together with its result, its follow-ups and its arrivals, or changes nothing.
 * @throws if its result, a follow-up or an arrival cannot be stored; then nothing was changed
 */
export function settleOne(store: MemoryStore, settlement: Settlement, moment: SettleMoment): SettleReceipt {
  const { delivery, result, publish = [], arrivals = [] } = settlement;
  const { id } = delivery;
  const message = store.find(id);
  if (message?.lease?.token !== delivery.token) return { id, accepted: false };
  const json = result && encodeRecord(result.record);
  publish.forEach(checkPublication);
  arrivals.forEach(checkArrival);

  move(store, message, settlement, moment);
  if (result) store.results.save(result.record, json!, result.expires, moment.now);
  const heldBack: HeldBackReceipt[] = [];
  for (const publication of publish) {
    const receipt = store.publish(publication, moment.dedupRetention, moment.now);
    if (receipt.refused || receipt.id !== publication.id) heldBack.push({ followUp: publication.id, receipt });
  }
  const joined = store.joins.arrive(arrivals, moment.now);
  return { id, accepted: true, ...(heldBack.length > 0 && { heldBack }), ...(joined.length > 0 && { joined }) };
}

function move(
  store: MemoryStore,
  message: StoredMessage,
  settlement: Settlement,
  { now, dedupRetention, deadLetterLimit }: SettleMoment,
): void {
  const queue = store.queue(message.queue);
  switch (settlement.kind) {
    case 'ack':
      store.remove(message, now);
      if (settlement.traced) store.trace(message.id, now + dedupRetention, now);
      return;
    case 'deadLetter':
      queue.take(message);
      queue.uniqueKeys.free(message, 'end', now);
      queue.bury(message, { reason: settlement.reason, detail: settlement.detail, attempts: copy(settlement.attempts), at: now });
      while (queue.dead.size > deadLetterLimit) store.remove(queue.dead.first()!, now);
      store.consumeMark(message.id);
      if (settlement.traced) store.trace(message.id, now + dedupRetention, now);
      return;
    case 'retry':
      queue.take(message);
      message.body = settlement.body;
      message.priority = settlement.priority;
      message.lostLeases = 0;
      store.enqueue(message, instantOf(settlement.due, now), now, 'back');
      return;
    case 'release':
      queue.take(message);
      if (settlement.charge) message.lostLeases++;
      store.enqueue(message, now + settlement.delay, now, 'front');
  }
}

/** So that reader and writer never share an object, as with any other store. */
function copy<T>(data: T): T {
  return JSON.parse(JSON.stringify(data)) as T;
}
