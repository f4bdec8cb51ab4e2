import type { Delivery } from '../../ports/consumer.js';
import type { HeldBatch } from './held-batch.js';

/** A delivery with what the transport knows of it. */
export class RedisDelivery implements Delivery {
  /** false once it was settled, released or lost */
  open = true;
  /** a settlement of it is under way or was answered */
  settling = false;
  /** when the last extend made by hand was sent, by the clock of leases */
  extendedAt = 0;
  /** what was already told of its revocation: nothing, that it is, or that it is to be ended */
  told: 0 | 1 | 2 = 0;

  constructor(
    readonly id: string,
    readonly queue: string,
    readonly priority: number,
    readonly token: string,
    readonly body: string,
    readonly lostLeases: number,
    readonly revoked: boolean,
    readonly member: string,
    readonly batch: HeldBatch,
  ) {}
}

/** The lease's member in the store. A delivery that was copied or forged speaks for itself. */
export function memberOf(delivery: Delivery): string {
  return delivery instanceof RedisDelivery ? delivery.member : `${delivery.priority}${delivery.id}:${delivery.token}`;
}
