import type { LeasedDelivery } from './leased-delivery.js';

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
