import type { Due } from '../queue/due-heap.js';

/** The consumer as the store sees it: whose leases are whose, and whom to tell when one ends. */
export interface LeaseOwner {
  /** A chance to renew what only a blocked loop has let run out. @returns whether the lease lives on */
  defend(lease: Due): boolean;
  /** The lease has been taken away. */
  lose(token: string): void;
}
