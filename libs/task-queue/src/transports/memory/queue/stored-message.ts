import type { Publication } from '../../../core/ports/broker/publication.js';
import type { DeadLetter, Location } from '../../../core/ports/control/inspector.js';
import type { RateLimit } from '../../../core/ports/broker/rate-limit.js';
import type { UniqueKey } from '../../../core/message/unique-key.js';
import type { Due } from './due-heap.js';
import type { LeaseOwner } from '../consume/lease-owner.js';
import type { Linked } from './linked-list.js';

/** Why and when a message died. */
export interface Death extends Pick<DeadLetter, 'reason' | 'detail' | 'attempts' | 'at'> {
  /** counts up in its queue: a place in the list that stays when others are taken out */
  readonly sequence: number;
}

/** A message in the store: it stands in exactly one place, and carries what that place needs to find it again. */
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
  /** the ready or limited list it stands in; its priority, unless it was brought to the front of the queue */
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

/** A message that has lost two leases is handed out alone: it may be what kills its workers. */
export function isSuspect({ lostLeases }: { readonly lostLeases: number }): boolean {
  return lostLeases >= 2;
}
