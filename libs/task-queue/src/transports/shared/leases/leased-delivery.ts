import type { Delivery } from '../../../core/ports/broker/consumer.js';
import type { HeldBatch } from './held-batch.js';

/** A delivery with what its consumer knows of it. */
export class LeasedDelivery implements Delivery {
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
    readonly batch: HeldBatch,
  ) {}
}
