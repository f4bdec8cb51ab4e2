import { type HeldBatch, LeasedDelivery } from '../../shared/leases/leased-delivery.js';

/** A delivery that knows its place in the claim which holds it. */
export class PostgresDelivery extends LeasedDelivery {
  constructor(
    id: string,
    queue: string,
    priority: number,
    token: string,
    body: string,
    lostLeases: number,
    revoked: boolean,
    batch: HeldBatch,
    readonly claim: HeldClaim,
    /** counted from 1 */
    readonly ordinal: number,
  ) {
    super(id, queue, priority, token, body, lostLeases, revoked, batch);
  }
}

/** A claim as its holder knows it. */
export interface HeldClaim {
  readonly number: string;
  readonly size: number;
}
