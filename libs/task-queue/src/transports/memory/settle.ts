import type { Settlement } from '../../ports/consumer.js';
import { checkPublication } from './check-publication.js';
import { instantOf, type MemoryStore } from './memory-store.js';
import { encodeResult } from './result-shelf.js';
import type { StoredMessage } from './stored-message.js';

export interface SettleMoment {
  readonly now: number;
  readonly dedupRetention: number;
  readonly deadLetterLimit: number;
}

/**
 * Settles one delivery together with its result and its follow-ups, or changes nothing.
 * @returns false when the lease is no longer held
 * @throws when the result or a follow-up cannot be stored; then nothing was changed
 */
export function settleOne(store: MemoryStore, settlement: Settlement, moment: SettleMoment): boolean {
  const { delivery, result, publish = [] } = settlement;
  const message = store.find(delivery.id);
  if (message?.lease?.token !== delivery.token) return false;
  const json = result && encodeResult(result.record);
  publish.forEach(checkPublication);

  move(store, message, settlement, moment);
  if (result) store.results.save(result.record, json!, result.expires, moment.now);
  for (const publication of publish) store.publish(publication, moment.dedupRetention, moment.now);
  return true;
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
      store.remove(message);
      store.consumeMark(message.id);
      if (settlement.traced) store.trace(message.id, now + dedupRetention, now);
      return;
    case 'deadLetter':
      queue.take(message);
      queue.bury(message, { reason: settlement.reason, detail: settlement.detail, attempts: copy(settlement.attempts), at: now });
      while (queue.dead.size > deadLetterLimit) store.remove(queue.dead.first()!);
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
