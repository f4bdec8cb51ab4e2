import type { Delivery } from '../../../core/ports/broker/consumer.js';

/** A delivery with its consumer's bookkeeping. */
export class LeasedDelivery implements Delivery {
  /** false once it is settled, released or lost */
  open = true;
  /** a settlement of it is under way or was answered */
  settling = false;
  /** when the consumer last sent an `extend` for it, by the clock of leases; the thread's renewals are apart */
  extendedAt = 0;
  /** what the worker was told about a revocation: 0 = nothing, 1 = it is revoked, 2 = its handler must end */
  reported: 0 | 1 | 2 = 0;

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

/** Deliveries that one receive took from one queue: the lease-keeper's unit. */
export interface HeldBatch {
  /** counts up in each consumer */
  readonly sequence: number;
  /** when the receive was sent, by the clock of leases; no lease began earlier */
  readonly sentAt: number;
  readonly deliveries: LeasedDelivery[];
  /** deliveries that are still out */
  open: number;
  /** it is one suspect, handed out alone */
  readonly suspect: boolean;
  /** what the engine's thread needs to renew it, as JSON */
  renewal(): string;
}
