import type { Delivery } from '../../../core/ports/broker/consumer.js';

/** A delivery with what its consumer knows of it. */
export class LeasedDelivery implements Delivery {
  /** false once it was settled, released or lost */
  open = true;
  /** a settlement of it is under way or was answered */
  settling = false;
  /** when the last extend made by hand was sent, by the clock of leases */
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

/** What one receive took from one queue: the unit in which leases are handed to the lease-keeper. */
export interface HeldBatch {
  /** counts up in each consumer */
  readonly sequence: number;
  /** when the receive was sent, by the clock of leases: they run from here at the earliest */
  readonly sentAt: number;
  readonly deliveries: LeasedDelivery[];
  /** deliveries of it that are still out */
  open: number;
  /** a suspect was handed out: alone */
  readonly suspect: boolean;
  /** what the keeper's thread needs to renew it, as text that the engine's thread reads */
  renewal(): string;
}
