import type { Publication } from '../../../core/ports/broker/publication.js';
import type { DeadLetter, Location } from '../../../core/ports/control/inspector.js';
import type { RateLimit } from '../../../core/ports/broker/rate-limit.js';
import type { UniqueKey } from '../../../core/message/unique-key.js';
import type { Due } from './due-heap.js';
import type { Linked } from './linked-list.js';

/** A consumer as the store sees it. */
export interface LeaseOwner {
  /** Renews a lease that expired only because the event loop was blocked. @returns whether the lease lives on */
  defend(lease: Due): boolean;
  /** The lease was taken away. */
  lose(token: string): void;
}

/** Why and when a message died. */
export interface Death extends Pick<DeadLetter, 'reason' | 'detail' | 'attempts' | 'at'> {
  /** counts up in its queue: a cursor that stays valid when other dead letters are removed */
  readonly sequence: number;
}

/** A message in the store. It is in exactly one place, and has the fields by which that place finds it. */
export class StoredMessage implements Linked<StoredMessage>, Due {
  readonly id: string;
  readonly queue: string;
  readonly unique: UniqueKey | null;
  limit: RateLimit | null;
  body: string;
  priority: number;
  place: Location['place'] = 'ready';
  lostLeases = 0;
  lease: { readonly token: string; readonly owner: LeaseOwner } | null = null;
  death: Death | null = null;
  /** index of its ready or limited list: its priority, unless it was brought to the front of the queue */
  rank = 0;
  prev: StoredMessage | null = null;
  next: StoredMessage | null = null;
  /** delayed: when it is due; leased: when the lease ends */
  at = 0;
  order = 0;
  slot = -1;

  constructor(publication: Publication) {
    this.id = publication.id;
    this.queue = publication.queue;
    this.unique = publication.unique ?? null;
    this.limit = publication.limit ?? null;
    this.body = publication.body;
    this.priority = publication.priority;
  }
}

/** A message that has lost two leases is handed out alone: it may be the one that kills its workers. */
export function isSuspect({ lostLeases }: { readonly lostLeases: number }): boolean {
  return lostLeases >= 2;
}
