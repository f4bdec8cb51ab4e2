import type { HeldBatch } from '../../shared/leases/leased-delivery.js';
import { RedisDelivery } from './redis-delivery.js';
import type { QueueKeys } from '../connection/redis-keys.js';

export interface ReceiveAnswer {
  /** ms until a message or a lease is due; Infinity = none is */
  readonly nextIn: number;
  readonly suspectsWaiting: number;
  readonly batches: readonly HeldBatch[];
}

/** Reads the answer of receive.lua. */
export function readReceiveAnswer(
  answer: readonly unknown[],
  queues: readonly QueueKeys[],
  token: string,
  sentAt: number,
  nextSequence: () => number,
): ReceiveAnswer {
  const [now, nextDue, suspectsWaiting] = answer as number[];
  const batches: HeldBatch[] = [];
  for (let at = 3; at < answer.length; at += 6) {
    const { name, leased } = queues[(answer[at] as number) - 1]!;
    const ids = answer[at + 1] as string[];
    const bodies = answer[at + 2] as string[];
    const priorities = answer[at + 3] as string;
    const counts = answer[at + 4] as '' | (string | null)[];
    const marks = answer[at + 5] as string;
    const suspect = ids.length === 1 && counts !== '' && Number(counts[0] ?? 0) >= 2;
    const deliveries = new Array<RedisDelivery>(ids.length);
    // Most batches have ended before the thread comes to renew: then nobody reads this.
    const renewal = (): string => JSON.stringify([leased, deliveries.map((delivery) => delivery.member)]);
    const batch: HeldBatch = { sequence: nextSequence(), sentAt, deliveries, open: ids.length, suspect, renewal };
    const tail = `:${token}`;
    for (let i = 0; i < ids.length; i++) {
      const id = ids[i]!;
      const digit = priorities[i]!;
      const lost = counts === '' ? 0 : Number(counts[i] ?? 0);
      const revoked = marks !== '' && marks[i] === '1';
      deliveries[i] = new RedisDelivery(id, name, digit.charCodeAt(0) - 48, token, bodies[i]!, lost, revoked, batch, digit + id + tail);
    }
    batches.push(batch);
  }
  return { nextIn: nextDue === -1 ? Infinity : Math.max(0, nextDue! - now!), suspectsWaiting: suspectsWaiting!, batches };
}
