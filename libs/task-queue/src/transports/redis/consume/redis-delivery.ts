import type { Delivery } from '../../../core/ports/broker/consumer.js';

import { type HeldBatch, LeasedDelivery } from '../../shared/leases/leased-delivery.js';

/** A delivery that knows its lease's member in the store. */
export class RedisDelivery extends LeasedDelivery {
  constructor(
    id: string,
    queue: string,
    priority: number,
    token: string,
    body: string,
    lostLeases: number,
    revoked: boolean,
    batch: HeldBatch,
    readonly member: string,
  ) {
    super(id, queue, priority, token, body, lostLeases, revoked, batch);
  }
}

/** The lease's member in the store. For a copied delivery it is made from the delivery's fields. */
export function memberOf(delivery: Delivery): string {
  return delivery instanceof RedisDelivery ? delivery.member : `${delivery.priority}${delivery.id}:${delivery.token}`;
}
